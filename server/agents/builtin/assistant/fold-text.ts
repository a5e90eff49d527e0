/**
 * A long text with its middle left out, by whole lines where there are some: its beginning says what it is, its end how it came
 * out. What was left out is said in its place.
 */
export function foldMiddle(text: string, { headChars, tailChars }: { headChars: number; tailChars: number }): string {
  if (text.length <= headChars + tailChars) return text;
  const head = upToLine(text.slice(0, headChars));
  const tail = fromLine(text.slice(text.length - tailChars));
  const left = text.slice(head.length, text.length - tail.length);
  const lines = left.split('\n').length - 1;
  return `${head.toWellFormed()}\n… (${left.length} characters${lines > 0 ? ` in ${lines} lines` : ''} left out) …\n${tail.toWellFormed()}`;
}

function upToLine(text: string): string {
  const end = text.lastIndexOf('\n');
  return end > text.length / 2 ? text.slice(0, end) : text;
}

function fromLine(text: string): string {
  const start = text.indexOf('\n');
  return start !== -1 && start < text.length / 2 ? text.slice(start + 1) : text;
}
