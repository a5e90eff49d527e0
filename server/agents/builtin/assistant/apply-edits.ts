import { ToolError } from './tool.ts';

/** Text to find and what to put in its place; `all`: wherever it is. */
export type TextEdit = { old: string; new: string; all?: boolean | undefined };

/**
 * Makes edits one after the other, each exactly and all or none. Texts are given with line feeds; a file whose lines all end in
 * CR LF keeps them.
 * @throws ToolError that says which edit failed, and shows the lines that were perhaps meant
 */
export function applyEdits(path: string, given: string, edits: readonly TextEdit[]): string {
  const hasReturns = given.includes('\r\n') && !/(?<!\r)\n/.test(given);
  let text = hasReturns ? given.replaceAll('\r\n', '\n') : given;
  for (const [at, edit] of edits.entries()) {
    const which = edits.length === 1 ? `${path}` : `${path}, edit ${at + 1} of ${edits.length}`;
    text = applyOne(which, text, edit);
  }
  return hasReturns ? text.replaceAll('\n', '\r\n') : text;
}

const unchanged = 'Nothing was changed.';

function applyOne(which: string, text: string, edit: TextEdit): string {
  if (edit.old === edit.new) throw new ToolError(`${which}: old and new are the same. ${unchanged}`);
  if (edit.old === '') {
    if (text === '') return edit.new;
    throw new ToolError(`${which}: old is empty. Give the text that is to be replaced. ${unchanged}`);
  }
  const places = placesOf(text, edit.old);
  if (places.length === 0) throw new ToolError(notFound(which, text, edit.old));
  if (places.length > 1 && edit.all !== true) {
    const lines = places.slice(0, 10).map((place) => lineOf(text, place));
    throw new ToolError(
      `${which}: old is there ${places.length} times (lines ${lines.join(', ')}${places.length > 10 ? ', …' : ''}). Give more of the lines around it so that it is there once, or set all to replace each. ${unchanged}`,
    );
  }
  return text.split(edit.old).join(edit.new);
}

function placesOf(text: string, part: string): number[] {
  const places: number[] = [];
  for (let at = text.indexOf(part); at !== -1; at = text.indexOf(part, at + part.length)) places.push(at);
  return places;
}

const lineOf = (text: string, offset: number) => text.slice(0, offset).split('\n').length;

function notFound(which: string, text: string, old: string): string {
  const near = nearText(text, old);
  const help =
    near === undefined
      ? 'Read the file and copy the text exactly, without line numbers.'
      : `Only spaces or line ends differ from this text at line ${near.line}, which is what to give as old:\n${near.text}`;
  return `${which}: old is not in the file. ${unchanged} ${help}`;
}

/** The lines that are the wanted ones but for space at their beginnings and ends, when they are there once. */
function nearText(text: string, old: string): { line: number; text: string } | undefined {
  const wanted = trimmedLines(old);
  while (wanted[0] === '') wanted.shift();
  while (wanted.at(-1) === '') wanted.pop();
  if (wanted.length === 0) return undefined;
  const lines = text.split('\n');
  const trimmed = lines.map((line) => line.trim());
  const starts = trimmed.flatMap((line, at) =>
    line === wanted[0] && wanted.every((word, offset) => trimmed[at + offset] === word) ? [at] : [],
  );
  const [start, another] = starts;
  if (start === undefined || another !== undefined) return undefined;
  return { line: start + 1, text: lines.slice(start, start + wanted.length).join('\n') };
}

const trimmedLines = (text: string) => text.split('\n').map((line) => line.trim());
