/** A text whose quoted pieces are replaced by single words, so that a grammar does not look inside them. */
export type Masked = {
  text: string;
  restore(part: string): string;
  /** The same, without the quotes when the whole part is one quoted piece. */
  unwrap(part: string): string;
};

const quoted =
  /```(?:[a-z]*\n)?([^]*?)\n?```|`([^`]*)`|"([^"\n]+)"|“([^”\n]+)”|(?<![\p{L}\p{N}])'([^'\n]+)'(?![\p{L}\p{N}])/giu;
const mark = /\uE000(\d+)\uE001/g;
const markOnly = /^\uE000(\d+)\uE001$/;

export function maskQuotes(given: string): Masked {
  const pieces: { whole: string; inner: string }[] = [];
  const clean = given.replaceAll(/[\uE000\uE001]/g, '');
  const text = clean.replaceAll(quoted, (whole: string, ...groups: (string | undefined)[]) => {
    pieces.push({ whole, inner: groups.slice(0, 5).find((group) => group !== undefined) ?? '' });
    return `\uE000${pieces.length - 1}\uE001`;
  });
  const restore = (part: string) => part.replaceAll(mark, (_, index: string) => pieces[Number(index)]?.whole ?? '');
  const unwrap = (part: string) => {
    const only = markOnly.exec(part.trim());
    return only === null ? restore(part.trim()) : (pieces[Number(only[1])]?.inner ?? '').trim();
  };
  return { text, restore, unwrap };
}
