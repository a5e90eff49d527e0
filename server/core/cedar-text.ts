/** The text of a set of Cedar policies, cut into its policies. Knows strings and comments of the language, nothing else of it. */

/** One policy in a text: from its first character (annotations included) to past its semicolon, in UTF-16 units. */
export type PolicySpan = { start: number; end: number; text: string };

/** A place for people and editors: lines and columns count from 1, columns in UTF-16 units. */
export type TextPosition = { line: number; column: number };

const token = /\/\/[^\n]*|"(?:\\[\s\S]|[^"\\])*"?|;|\S/g;

/**
 * The policies of a text in order. Outside of strings and comments a semicolon ends a policy and stands nowhere else
 * (Cedar grammar, "Policy"); what follows the last one is a span of its own when it is more than comments.
 */
export function splitPolicies(text: string): PolicySpan[] {
  const spans: PolicySpan[] = [];
  let start: number | undefined;
  let last = 0;
  for (const match of text.matchAll(token)) {
    const [found] = match;
    if (found.startsWith('//')) continue;
    start ??= match.index;
    last = match.index + found.length;
    if (found !== ';') continue;
    spans.push({ start, end: last, text: text.slice(start, last) });
    start = undefined;
  }
  if (start !== undefined) spans.push({ start, end: last, text: text.slice(start, last) });
  return spans;
}

/** Where in the text an offset (UTF-16 units) is. */
export function positionAt(text: string, offset: number): TextPosition {
  const before = text.slice(0, offset);
  const lineStart = before.lastIndexOf('\n') + 1;
  return { line: before.split('\n').length, column: offset - lineStart + 1 };
}

/** An offset in bytes of UTF-8 as one in UTF-16 units; past the end, the end. */
export function utf16Offset(text: string, byteOffset: number): number {
  let bytes = 0;
  let units = 0;
  for (const character of text) {
    if (bytes >= byteOffset) break;
    const code = character.codePointAt(0) ?? 0;
    bytes += code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;
    units += character.length;
  }
  return units;
}

/** A text as a string of Cedar, with its quotes. */
export function cedarString(text: string): string {
  const escaped = text.replaceAll(/["\\\n\r\t\0]/g, (character) => escapes[character] ?? character);
  return `"${escaped}"`;
}

const escapes: Record<string, string> = {
  '"': '\\"',
  '\\': '\\\\',
  '\n': '\\n',
  '\r': '\\r',
  '\t': '\\t',
  '\0': '\\0',
};
