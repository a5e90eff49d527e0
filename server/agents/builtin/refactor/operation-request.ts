import { organiseImports } from './organise-imports.ts';
import type { OperationResult, Skip, SourceText } from './operation.ts';
import type { Command } from './parse-request.ts';
import { isSource, listProjectFiles, readSource, scopeTest } from '../project-files.ts';
import { renameSymbol } from './rename-symbol.ts';
import { patternLanguage, replaceCode } from './replace-code.ts';
import { isScript } from './syntax.ts';

/** The commands whose result is computed here; lint and format run the tools of others. */
export type CodeCommand = Extract<Command, { kind: 'rename' | 'replace' | 'organise' | 'remove-unused' }>;

/** Computes what a command would change in the project below `root`. Changes nothing. */
export async function runOperation(root: string, command: CodeCommand): Promise<OperationResult> {
  const files = await listProjectFiles(root);
  const missing = command.scope.find((name) => !files.some((file) => scopeTest([name])(file.path)));
  if (missing !== undefined) {
    return { state: 'refused', reason: `There is no file or folder ${missing} in the project, or git ignores it.` };
  }
  const inScope = scopeTest(command.scope);
  const sources: SourceText[] = [];
  const unread: Skip[] = [];
  for (const file of files) {
    if (!isWanted(file.path, command, inScope)) continue;
    const read = await readSource(root, file);
    if (isSource(read)) sources.push(read);
    else if (read.reason !== 'not a text file') unread.push(read);
  }
  const result = await compute(root, command, { sources, inScope });
  return result.state === 'done' ? { ...result, skipped: [...result.skipped, ...unread] } : result;
}

type Scoped = { sources: readonly SourceText[]; inScope: (file: string) => boolean };

async function compute(root: string, command: CodeCommand, { sources, inScope }: Scoped): Promise<OperationResult> {
  switch (command.kind) {
    case 'rename':
      return renameSymbol({ root, files: sources }, { ...command, declaredIn: inScope });
    case 'replace':
      return replaceCode(sources, command);
    case 'organise':
    case 'remove-unused':
      return organiseImports({ root, files: sources, mode: command.kind });
  }
}

/** Texts that are no code are read for a rename only, to say where the old name is left. */
const prose = /\.(?:md|mdx|txt|json|ya?ml|vue|svelte|astro|html?)$/i;

function isWanted(file: string, command: CodeCommand, inScope: (file: string) => boolean): boolean {
  switch (command.kind) {
    // References are followed everywhere, wherever the symbol is declared.
    case 'rename':
      return isScript(file) || prose.test(file);
    case 'replace':
      return inScope(file) && patternLanguage(file) !== undefined;
    case 'organise':
    case 'remove-unused':
      return inScope(file) && isScript(file);
  }
}
