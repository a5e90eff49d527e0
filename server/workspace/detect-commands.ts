import { z } from 'zod';
import type { ProjectCommands } from '../../db/schema/project.ts';

/** The files at the top of a repository that say how it is set up, tested and linted. */
export const commandFiles = [
  'package.json',
  'Makefile',
  'makefile',
  'GNUmakefile',
  'pyproject.toml',
  'Cargo.toml',
  'go.mod',
];

export type TopLevel = {
  /** The names of all files at the top. */
  names: ReadonlySet<string>;
  /** The texts of those among `commandFiles` that exist. */
  texts: ReadonlyMap<string, string>;
};

/**
 * The commands a repository's own files name. For each command the first that knows one wins: package.json, Makefile,
 * pyproject.toml, Cargo.toml, go.mod. Files that do not parse name nothing.
 */
export function detectCommands(top: TopLevel): ProjectCommands {
  const found = [fromPackageJson(top), fromMakefile(top), fromPyproject(top), fromCargo(top), fromGo(top)];
  const first = (name: keyof ProjectCommands) => found.find((commands) => commands[name] !== undefined)?.[name];
  const [setup, test, lint] = [first('setup'), first('test'), first('lint')];
  return { ...(setup && { setup }), ...(test && { test }), ...(lint && { lint }) };
}

const packageJson = z.object({
  scripts: z.record(z.string(), z.unknown()).catch({}).default({}),
  dependencies: z.record(z.string(), z.unknown()).catch({}).default({}),
  devDependencies: z.record(z.string(), z.unknown()).catch({}).default({}),
  packageManager: z.string().catch('').default(''),
});

type PackageManager = 'npm' | 'pnpm' | 'yarn' | 'bun';

function packageManager(names: ReadonlySet<string>, declared: string): { name: PackageManager; hasLockfile: boolean } {
  if (names.has('pnpm-lock.yaml')) return { name: 'pnpm', hasLockfile: true };
  if (names.has('yarn.lock')) return { name: 'yarn', hasLockfile: true };
  if (names.has('bun.lock') || names.has('bun.lockb')) return { name: 'bun', hasLockfile: true };
  if (names.has('package-lock.json') || names.has('npm-shrinkwrap.json')) return { name: 'npm', hasLockfile: true };
  const name = (['pnpm', 'yarn', 'bun'] as const).find((manager) => declared.startsWith(`${manager}@`)) ?? 'npm';
  return { name, hasLockfile: false };
}

const frozenInstall: Record<PackageManager, string> = {
  npm: 'npm ci',
  pnpm: 'pnpm install --frozen-lockfile',
  yarn: 'yarn install --frozen-lockfile',
  bun: 'bun install --frozen-lockfile',
};

/** npm writes this into every new package.json. */
const noTest = /no test specified/;

function fromPackageJson({ names, texts }: TopLevel): ProjectCommands {
  const parsed = packageJson.safeParse(parseJson(texts.get('package.json')));
  if (!parsed.success) return {};
  const { scripts, dependencies, devDependencies } = parsed.data;
  const manager = packageManager(names, parsed.data.packageManager);
  const needsSetup = Object.keys(dependencies).length + Object.keys(devDependencies).length > 0;
  const test = scripts['test'];
  const lint = ['lint', 'lint:check', 'eslint'].find((name) => typeof scripts[name] === 'string');
  return {
    ...(needsSetup && { setup: manager.hasLockfile ? frozenInstall[manager.name] : `${manager.name} install` }),
    ...(typeof test === 'string' && !noTest.test(test) && { test: runScript(manager.name, 'test') }),
    ...(lint && { lint: runScript(manager.name, lint) }),
  };
}

function runScript(manager: PackageManager, script: string): string {
  return script === 'test' && manager !== 'bun' ? `${manager} test` : `${manager} run ${script}`;
}

function parseJson(text: string | undefined): unknown {
  if (text === undefined) return undefined;
  try {
    return JSON.parse(text.replace(/^\ufeff/, ''));
  } catch {
    return undefined;
  }
}

function fromMakefile({ texts }: TopLevel): ProjectCommands {
  const text = texts.get('GNUmakefile') ?? texts.get('makefile') ?? texts.get('Makefile') ?? '';
  const targets = new Set(
    [...text.matchAll(/^([A-Za-z0-9_.-]+(?:[ \t]+[A-Za-z0-9_.-]+)*)[ \t]*::?(?!=)/gm)].flatMap(([, list = '']) =>
      list.split(/[ \t]+/),
    ),
  );
  const pick = (...wanted: string[]) => wanted.find((name) => targets.has(name));
  const [setup, test, lint] = [
    pick('setup', 'install', 'deps', 'bootstrap'),
    pick('test', 'tests', 'check'),
    pick('lint'),
  ];
  return {
    ...(setup && { setup: `make ${setup}` }),
    ...(test && { test: `make ${test}` }),
    ...(lint && { lint: `make ${lint}` }),
  };
}

function fromPyproject({ names, texts }: TopLevel): ProjectCommands {
  const text = texts.get('pyproject.toml');
  if (text === undefined)
    return names.has('requirements.txt') ? { setup: 'python3 -m pip install -r requirements.txt' } : {};
  const runner = names.has('uv.lock') ? 'uv run ' : names.has('poetry.lock') ? 'poetry run ' : 'python3 -m ';
  const setup = { 'uv run ': 'uv sync', 'poetry run ': 'poetry install', 'python3 -m ': 'python3 -m pip install -e .' }[
    runner
  ];
  return {
    ...(setup && { setup }),
    ...(/pytest/.test(text) && { test: `${runner}pytest` }),
    ...(/\bruff\b/.test(text) && { lint: `${runner}ruff check .` }),
  };
}

function fromCargo({ texts }: TopLevel): ProjectCommands {
  return texts.has('Cargo.toml') ? { setup: 'cargo fetch', test: 'cargo test', lint: 'cargo clippy' } : {};
}

function fromGo({ texts }: TopLevel): ProjectCommands {
  return texts.has('go.mod') ? { setup: 'go mod download', test: 'go test ./...', lint: 'go vet ./...' } : {};
}
