import path from 'node:path';
import { ts } from 'ts-morph';
import { applyEdits, lineAt } from './operation.ts';
import type { FileEdit, OperationResult, Skip, SourceText, TextEdit } from './operation.ts';
import { chooseDeclaration, type Declaration } from './rename-declarations.ts';
import { clashWith } from './rename-clashes.ts';
import { canonicalSymbol, identifiersNamed, memberEdits, referenceEdits } from './rename-references.ts';
import { openScriptProject, type ScriptProject } from './script-project.ts';
import { isScript, nameProblem } from './syntax.ts';

export type RenameRequest = {
  from: string;
  to: string;
  /** The class, interface or enum that has it as a member. */
  container?: string;
  /** Where it is declared; its references are followed everywhere. */
  declaredIn: (file: string) => boolean;
  line?: number;
};

/** All of a project that may hold the name: `files` are its texts, `root` where what they import is found. */
export type RenameProject = { root: string; files: readonly SourceText[] };

/**
 * Renames one symbol and every reference to it in the project, through imports, exports and re-exports. A name that is
 * declared more than once, or a new name that is in use where it would land, is refused.
 */
export function renameSymbol({ root, files }: RenameProject, request: RenameRequest): OperationResult {
  const problem = nameProblem(request.to);
  if (problem !== undefined) return { state: 'refused', reason: problem };
  if (request.from === request.to) return { state: 'refused', reason: 'The old and the new name are the same.' };
  const word = wordTest(request.from);
  const candidates = files.filter((file) => word(file.text));
  const scripts = candidates.filter((file) => isScript(file.path));
  const others = candidates.filter((file) => !isScript(file.path));
  const searched = files.filter((file) => isScript(file.path)).length;
  const first = scripts.find((file) => request.declaredIn(file.path));
  if (first === undefined) return { state: 'done', edits: [], skipped: mentions(others, request.from), searched };
  const opened = openScriptProject(root, [...scripts, ...passingOn(files)], nearFolder(scripts, request));
  const choice = chooseDeclaration(opened, scripts, request);
  if (choice.state === 'none') return { state: 'done', edits: [], skipped: mentions(others, request.from), searched };
  if (choice.state === 'refused') return choice;
  return applyRename({
    opened,
    scripts,
    others,
    request,
    searched,
    declaration: choice.declaration,
    left: choice.others,
  });
}

type Found = {
  opened: ScriptProject;
  scripts: readonly SourceText[];
  others: readonly SourceText[];
  request: RenameRequest;
  searched: number;
  declaration: Declaration;
  left: readonly Declaration[];
};

function applyRename(found: Found): OperationResult {
  const { opened, scripts, request, declaration } = found;
  const own = new Set(scripts.map((file) => file.path));
  const edits = declaration.isMember
    ? memberEdits(opened, declaration, request.to)
    : referenceEdits({ opened, files: scripts, symbol: declaration.symbol, from: request.from, to: request.to });
  const outside = [...edits.keys()].find((file) => !own.has(file));
  if (outside !== undefined) {
    return {
      state: 'refused',
      reason: `${request.from} is also declared in ${outside}, which is not part of the project's own files.`,
    };
  }
  const clash = clashWith({ opened, files: [...edits.keys()], declaration, from: request.from, to: request.to });
  if (clash !== undefined) return { state: 'refused', reason: clash };
  const skipped = [
    ...found.left.map(({ place }) => ({ ...place, reason: `another ${request.from}, left as it is` })),
    ...unresolved(opened, scripts, request.from),
    ...mentions(found.others, request.from),
  ];
  return {
    state: 'done',
    edits: [...edits].flatMap(([file, changes]) => fileEdit(opened, file, changes)),
    skipped,
    searched: found.searched,
  };
}

function fileEdit(opened: ScriptProject, file: string, changes: readonly TextEdit[]): FileEdit[] {
  const source = opened.textOf(file);
  if (source === undefined || changes.length === 0) return [];
  const mark = source.text.startsWith('\uFEFF') ? '\uFEFF' : '';
  const text = source.text.slice(mark.length);
  return [
    {
      path: file,
      before: source.text,
      after: mark + applyEdits(text, changes),
      places: changes.length,
      lines: changes.map((change) => lineAt(text, change.start)),
    },
  ];
}

/** Imports of the name whose source cannot be found: perhaps the same symbol, through a package of a monorepo. */
function unresolved(opened: ScriptProject, scripts: readonly SourceText[], name: string): Skip[] {
  return scripts.flatMap((file) => {
    const source = opened.file(file.path);
    if (source === undefined) return [];
    const lost = identifiersNamed(source, name).find(
      (node) =>
        ts.isImportSpecifier(node.parent) &&
        canonicalSymbol(opened.checker, node) === undefined &&
        isRelativeOrOwn(node.parent),
    );
    return lost === undefined
      ? []
      : [{ path: file.path, reason: `imports ${name} from a place that cannot be resolved` }];
  });
}

function isRelativeOrOwn(specifier: ts.ImportSpecifier): boolean {
  const from = specifier.parent.parent.parent.moduleSpecifier;
  return ts.isStringLiteral(from) && !from.text.startsWith('node:');
}

function mentions(files: readonly SourceText[], name: string): Skip[] {
  return files.map((file) => ({ path: file.path, reason: `mentions ${name} and is not a script` }));
}

/** Modules that pass on everything of others, where the new name might meet one of its own. */
function passingOn(files: readonly SourceText[]): SourceText[] {
  return files.filter((file) => isScript(file.path) && /\bexport\s*\*\s*from\b/.test(file.text));
}

/** The config nearest to where the symbol is said to be; the root's when nothing was said. */
function nearFolder(scripts: readonly SourceText[], request: RenameRequest): string {
  const places = scripts.filter((file) => request.declaredIn(file.path));
  const only = places.length === 1 ? places[0] : undefined;
  return only === undefined ? '' : path.posix.dirname(only.path);
}

/** Whether a text has the name as a word of its own. */
export function wordTest(name: string): (text: string) => boolean {
  const word = new RegExp(`(?<![\\p{ID_Continue}$])${name.replaceAll('$', '\\$')}(?![\\p{ID_Continue}$])`, 'u');
  return (text) => text.includes(name) && word.test(text);
}
