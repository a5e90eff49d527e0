import { ts } from 'ts-morph';

const script = /\.[cm]?[jt]sx?$/i;

/** Whether TypeScript can read a file, by its name. */
export function isScript(file: string): boolean {
  return script.test(file);
}

/** How many syntax errors a script has; undefined for files that are none. */
export function syntaxErrors(file: string, text: string): number | undefined {
  if (!isScript(file)) return undefined;
  return parseErrors(ts.createSourceFile(file, text, ts.ScriptTarget.ESNext, false)).length;
}

/** The parser keeps what it could not read with the file, where its published types do not show it. */
function parseErrors(source: ts.SourceFile & { parseDiagnostics?: readonly unknown[] }): readonly unknown[] {
  if (source.parseDiagnostics === undefined) throw new Error('The parser keeps no list of what it could not read');
  return source.parseDiagnostics;
}

/** Why a text cannot be a new name; undefined when it can. */
export function nameProblem(name: string): string | undefined {
  if (!/^[\p{ID_Start}$_][\p{ID_Continue}$\u200c\u200d]*$/u.test(name)) return `${name} is not a valid name.`;
  const scanner = ts.createScanner(ts.ScriptTarget.ESNext, true, ts.LanguageVariant.Standard, name);
  const token = scanner.scan();
  const reserved = token >= ts.SyntaxKind.FirstReservedWord && token <= ts.SyntaxKind.LastFutureReservedWord;
  return reserved || name === 'await' ? `${name} is a reserved word.` : undefined;
}
