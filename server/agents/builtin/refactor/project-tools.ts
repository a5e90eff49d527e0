import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import path from 'node:path';

export type ToolTask = 'lint' | 'format';

/** A program that fixes lint or formats: the project's own, or the one that comes with Ensemble. */
export type Tool = {
  name: string;
  isOwn: boolean;
  command: string;
  /** Arguments that change files, and arguments that only report; the paths follow. */
  fix: readonly string[];
  check: readonly string[];
  /** Exit codes that mean "done, and something is left to do by hand". */
  leftover: readonly number[];
};

type Kind = {
  name: string;
  task: ToolTask;
  fix: readonly string[];
  check: readonly string[];
  leftover: readonly number[];
  configs: readonly RegExp[];
};

const kinds: readonly Kind[] = [
  {
    name: 'biome',
    task: 'lint',
    fix: ['lint', '--write', '--no-errors-on-unmatched'],
    check: ['lint', '--no-errors-on-unmatched'],
    leftover: [1],
    configs: [/^\.?biome\.jsonc?$/],
  },
  {
    name: 'eslint',
    task: 'lint',
    fix: ['--fix', '--no-error-on-unmatched-pattern'],
    check: ['--no-error-on-unmatched-pattern'],
    leftover: [1],
    configs: [/^eslint\.config\.[cm]?[jt]s$/, /^\.eslintrc(?:\.|$)/],
  },
  {
    name: 'oxlint',
    task: 'lint',
    fix: ['--fix', '--no-error-on-unmatched-pattern'],
    check: ['--no-error-on-unmatched-pattern'],
    leftover: [1],
    configs: [/^\.oxlintrc\.jsonc?$/, /^oxlint\.config\./],
  },
  {
    name: 'biome',
    task: 'format',
    fix: ['format', '--write', '--no-errors-on-unmatched'],
    check: ['format', '--no-errors-on-unmatched'],
    leftover: [],
    configs: [/^\.?biome\.jsonc?$/],
  },
  {
    name: 'prettier',
    task: 'format',
    fix: ['--write', '--ignore-unknown', '--no-error-on-unmatched-pattern'],
    check: ['--list-different', '--ignore-unknown', '--no-error-on-unmatched-pattern'],
    leftover: [],
    configs: [/^\.prettierrc(?:\.|$)/, /^prettier\.config\./],
  },
  {
    name: 'oxfmt',
    task: 'format',
    fix: ['--no-error-on-unmatched-pattern'],
    check: ['--list-different', '--no-error-on-unmatched-pattern'],
    leftover: [],
    configs: [/^\.oxfmtrc\.jsonc?$/, /^oxfmt\.config\./],
  },
];

export type ToolFolders = {
  /** The project. */
  root: string;
  /** Where Ensemble's own code is, with its `node_modules`. */
  app: string;
  /** The program that runs Node scripts. */
  node: string;
};

/**
 * The tool for a task: of those installed in the project the one that is configured, else the first installed; when none
 * is, Ensemble's own oxlint or oxfmt.
 */
export async function chooseTool(task: ToolTask, folders: ToolFolders, rootFiles: readonly string[]): Promise<Tool> {
  const own = kinds.filter((kind) => kind.task === task);
  const installed = own.filter((kind) => existsSync(path.join(folders.root, 'node_modules/.bin', kind.name)));
  const configured = installed.find((kind) =>
    kind.configs.some((config) => rootFiles.some((file) => config.test(file))),
  );
  const chosen = configured ?? installed[0];
  if (chosen !== undefined) {
    return { ...partsOf(chosen), isOwn: false, command: `${folders.root}/node_modules/.bin/${chosen.name}` };
  }
  const name = task === 'lint' ? 'oxlint' : 'oxfmt';
  const fallback = own.find((kind) => kind.name === name);
  if (fallback === undefined) throw new Error(`No tool for ${task}`);
  const script = await programOf(path.join(folders.app, 'node_modules', name), name);
  const parts = partsOf(fallback);
  return {
    ...parts,
    isOwn: true,
    command: folders.node,
    fix: [script, ...parts.fix],
    check: [script, ...parts.check],
  };
}

function partsOf({ name, fix, check, leftover }: Kind) {
  return { name, fix, check, leftover };
}

/** The script behind a package's command: run by Node itself, since its first line may look for one elsewhere. */
async function programOf(folder: string, name: string): Promise<string> {
  const manifest: unknown = JSON.parse(await readFile(path.join(folder, 'package.json'), 'utf8'));
  const bin = typeof manifest === 'object' && manifest !== null && 'bin' in manifest ? manifest.bin : undefined;
  const entry = typeof bin === 'string' ? bin : (bin as Record<string, string> | undefined)?.[name];
  if (entry === undefined) throw new Error(`The package ${name} has no command`);
  return path.join(folder, entry);
}
