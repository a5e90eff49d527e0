// Controls other than tab and line feed, and what turns the direction of writing, hides itself or joins words unseen.
const hidden = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u2069\ufeff]/g; // oxlint-disable-line no-control-regex -- they are what is shown

/** A text in which nothing is hidden or turned around: such characters stand there as `‹U+202E›`. */
export function visibleText(text: string): string {
  return text.replaceAll(
    hidden,
    (character) => `‹U+${(character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}›`,
  );
}

/** The beginning of a text in one line, for lists. */
export function excerptOf(text: string, longest: number): string {
  const line = text.replaceAll(/\s+/g, ' ').trim();
  return line.length > longest ? `${line.slice(0, longest - 1).replace(/[\ud800-\udbff]$/, '')}…` : line;
}
