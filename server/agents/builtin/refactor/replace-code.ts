import { Lang, parse, type SgNode } from '@ast-grep/napi';
import { applyEdits, lineAt } from './operation.ts';
import type { FileEdit, OperationResult, Skip, SourceText, TextEdit } from './operation.ts';
import { syntaxErrors } from './syntax.ts';

const languages: Readonly<Record<string, Lang>> = {
  ts: Lang.TypeScript,
  mts: Lang.TypeScript,
  cts: Lang.TypeScript,
  tsx: Lang.Tsx,
  // The grammar for JavaScript reads JSX as well.
  js: Lang.JavaScript,
  mjs: Lang.JavaScript,
  cjs: Lang.JavaScript,
  jsx: Lang.JavaScript,
  css: Lang.Css,
  html: Lang.Html,
  htm: Lang.Html,
};

/** The language of a file that patterns can be searched in, by its name. */
export function patternLanguage(file: string): Lang | undefined {
  return languages[file.slice(file.lastIndexOf('.') + 1).toLowerCase()];
}

type Request = { pattern: string; replacement: string };

/**
 * Structural search and replace: `$A` stands for one node, `$$$ARGS` for several. Matches inside what a match captured
 * are replaced as well. A file that would no longer parse is left as it is.
 */
export async function replaceCode(
  files: AsyncIterable<SourceText> | Iterable<SourceText>,
  request: Request,
): Promise<OperationResult> {
  const wrong = checkRequest(request);
  if (wrong !== undefined) return { state: 'refused', reason: wrong };
  const words = fixedWords(request.pattern);
  const edits: FileEdit[] = [];
  const skipped: Skip[] = [];
  let searched = 0;
  for await (const file of files) {
    const language = patternLanguage(file.path);
    if (language === undefined) continue;
    searched += 1;
    if (!words.every((word) => file.text.includes(word))) continue;
    const outcome = replaceInFile(file, language, request);
    if (outcome === undefined) continue;
    if ('reason' in outcome) skipped.push(outcome);
    else edits.push(outcome);
  }
  return { state: 'done', edits, skipped, searched };
}

function checkRequest({ pattern, replacement }: Request): string | undefined {
  if (/^\s*\$+[A-Z_][A-Z0-9_]*\s*;?\s*$/.test(pattern))
    return 'The pattern matches every piece of code. Say more of it.';
  const captured = new Set(variablesOf(pattern));
  const unknown = variablesOf(replacement).find((name) => !captured.has(name));
  if (unknown !== undefined) return `The replacement uses ${unknown}, which the pattern does not have.`;
  if (!patternLanguages.some((language) => isPattern(language, pattern))) {
    return 'The pattern is not one piece of code: an expression, a statement or a declaration.';
  }
  if (pattern === replacement) return 'The pattern and the replacement are the same.';
  return undefined;
}

const patternLanguages = [Lang.TypeScript, Lang.Tsx, Lang.Css, Lang.Html];

function isPattern(language: Lang, pattern: string): boolean {
  return findMatches(parse(language, '').root(), pattern) !== undefined;
}

const variable = /\$\$\$[A-Z_][A-Z0-9_]*|\$[A-Z_][A-Z0-9_]*/g;

function variablesOf(text: string): string[] {
  return text.match(variable) ?? [];
}

/** Words that a file must hold to match at all: reading it as text is much cheaper than parsing it. */
function fixedWords(pattern: string): string[] {
  return (
    pattern
      .replaceAll(variable, ' ')
      .replaceAll(/\$\$\$/g, ' ')
      .match(/[\p{L}\p{N}_]+/gu) ?? []
  );
}

function replaceInFile(file: SourceText, language: Lang, request: Request): FileEdit | Skip | undefined {
  const hasMark = file.text.startsWith('\uFEFF');
  const text = hasMark ? file.text.slice(1) : file.text;
  const root = parse(language, text).root();
  const matches = findMatches(root, request.pattern)?.map((node) => ({ node, ...offsetsOf(node) }));
  if (matches === undefined) return undefined;
  const top = outermost(matches, 0, text.length);
  if (top.length === 0) return undefined;
  const render = renderer({ text, matches, request });
  const edits: TextEdit[] = top.map((match) => ({ start: match.start, end: match.end, text: render(match) }));
  const after = applyEdits(text, edits);
  if (after === text) return undefined;
  if (errorsIn(file.path, after, language) > errorsIn(file.path, text, language)) {
    return { path: file.path, reason: 'the result would not parse' };
  }
  const mark = hasMark ? '\uFEFF' : '';
  return {
    path: file.path,
    before: file.text,
    after: mark + after,
    places: render.count(),
    lines: top.map((match) => lineAt(text, match.start)),
  };
}

/** Undefined when the pattern is not code in this language. */
function findMatches(root: SgNode, pattern: string): SgNode[] | undefined {
  try {
    return root.findAll({ rule: { pattern } });
  } catch {
    return undefined;
  }
}

function offsetsOf(node: SgNode): { start: number; end: number } {
  const { start, end } = node.range();
  return { start: start.index, end: end.index };
}

/** A match and where it is, asked for only once: each question to the parser is dear. */
type Match = { node: SgNode; start: number; end: number };

function outermost(matches: readonly Match[], from: number, to: number): Match[] {
  const inside = matches
    .filter(({ start, end }) => start >= from && end <= to)
    .toSorted((a, b) => a.start - b.start || b.end - a.end);
  const kept: Match[] = [];
  let reached = -1;
  for (const match of inside) {
    if (match.start < reached) continue;
    kept.push(match);
    reached = match.end;
  }
  return kept;
}

type Renderer = ((match: Match) => string) & { count(): number };

function renderer({ text, matches, request }: { text: string; matches: readonly Match[]; request: Request }): Renderer {
  let count = 0;
  const renderRange = (start: number, end: number): string => {
    const edits = outermost(matches, start, end).map((match) => ({
      start: match.start - start,
      end: match.end - start,
      text: render(match),
    }));
    return applyEdits(text.slice(start, end), edits);
  };
  const render = ({ node }: Match): string => {
    count += 1;
    return request.replacement.replaceAll(variable, (name) => {
      const captured = captureOf(node, name);
      return captured === undefined ? '' : renderRange(captured.start, captured.end);
    });
  };
  return Object.assign(render, { count: () => count });
}

function captureOf(node: SgNode, name: string): { start: number; end: number } | undefined {
  if (!name.startsWith('$$$')) {
    const match = node.getMatch(name.slice(1));
    return match === null ? undefined : offsetsOf(match);
  }
  const nodes = node.getMultipleMatches(name.slice(3));
  const first = nodes[0];
  const last = nodes.at(-1);
  if (first === undefined || last === undefined) return undefined;
  return { start: offsetsOf(first).start, end: offsetsOf(last).end };
}

function errorsIn(path: string, text: string, language: Lang): number {
  return (
    syntaxErrors(path, text) ??
    parse(language, text)
      .root()
      .findAll({ rule: { kind: 'ERROR' } }).length
  );
}
