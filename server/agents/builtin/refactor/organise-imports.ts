import { ts } from 'ts-morph';
import { applyEdits, lineAt } from './operation.ts';
import type { FileEdit, OperationResult, Skip, SourceText } from './operation.ts';
import { openScriptProject, type ScriptProject } from './script-project.ts';
import { isScript, syntaxErrors } from './syntax.ts';

export type ImportRequest = { root: string; files: readonly SourceText[]; mode: 'organise' | 'remove-unused' };

/**
 * Sorts and merges imports and removes unused ones, or only the latter. Imports for their side effects stay. A file that
 * does not parse is left as it is.
 */
export function organiseImports({ root, files, mode }: ImportRequest): OperationResult {
  const scripts = files.filter((file) => isScript(file.path) && !/\.d\.[cm]?ts$/.test(file.path));
  const candidates = scripts.filter((file) => /\bimport\b/.test(file.text));
  const opened = openScriptProject(root, candidates);
  const edits: FileEdit[] = [];
  const skipped: Skip[] = [];
  for (const file of candidates) {
    const outcome = organiseFile(opened, file, mode);
    if (outcome === undefined) continue;
    if ('reason' in outcome) skipped.push(outcome);
    else edits.push(outcome);
  }
  return { state: 'done', edits, skipped, searched: scripts.length };
}

function organiseFile(
  opened: ScriptProject,
  file: SourceText,
  mode: ImportRequest['mode'],
): FileEdit | Skip | undefined {
  const source = opened.file(file.path);
  if (source === undefined || !source.statements.some(ts.isImportDeclaration)) return undefined;
  if (opened.program.getSyntacticDiagnostics(source).length > 0) return { path: file.path, reason: 'does not parse' };
  const mark = file.text.startsWith('\uFEFF') ? '\uFEFF' : '';
  const text = file.text.slice(mark.length);
  const kind = mode === 'organise' ? ts.OrganizeImportsMode.All : ts.OrganizeImportsMode.RemoveUnused;
  const changes = opened.service.organizeImports(
    { type: 'file', fileName: source.fileName, mode: kind },
    formatFor(text),
    {},
  );
  const spans = changes.flatMap((change) => change.textChanges);
  const edits = spans.map(({ span, newText }) => ({ start: span.start, end: span.start + span.length, text: newText }));
  const after = applyEdits(text, edits);
  if (after === text) return undefined;
  if ((syntaxErrors(file.path, after) ?? 0) > 0) return { path: file.path, reason: 'the result would not parse' };
  const lines = [...new Set(edits.map((edit) => lineAt(text, edit.start)))];
  return { path: file.path, before: file.text, after: mark + after, places: importsChanged(text, after), lines };
}

/** How many lines of the file have gone or come: a measure of the change that people can check. */
function importsChanged(before: string, after: string): number {
  const old = new Set(before.split('\n'));
  const fresh = new Set(after.split('\n'));
  return Math.max(
    [...old].filter((line) => !fresh.has(line)).length,
    [...fresh].filter((line) => !old.has(line)).length,
    1,
  );
}

function formatFor(text: string): ts.FormatCodeSettings {
  const indent = /^(?<tab>\t)|^(?<spaces> +)\S/m.exec(text)?.groups;
  const tabs = indent?.['tab'] !== undefined;
  return {
    ...ts.getDefaultFormatCodeSettings(text.includes('\r\n') ? '\r\n' : '\n'),
    convertTabsToSpaces: !tabs,
    indentSize: tabs ? 4 : Math.min(8, indent?.['spaces']?.length ?? 2),
    insertSpaceAfterOpeningAndBeforeClosingNonemptyBraces: !/^import \{\S/m.test(text),
    semicolons: /^import\b[^;\n]*['"]\s*$/m.test(text) ? ts.SemicolonPreference.Remove : ts.SemicolonPreference.Ignore,
  };
}
