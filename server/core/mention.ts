/** Who is named in a comment: "@" and the whole name, or its first word when that is one person's alone. */
export type Mentionable = { id: string; name: string };

/** The ids of the people a text names, in the order of `people`. What stands in code names nobody. */
export function mentionsIn(markdown: string, people: readonly Mentionable[]): string[] {
  const text = withoutCode(markdown);
  const named = new Set<string>();
  for (const match of text.matchAll(/(?<![\p{L}\p{N}_@])@(?=[\p{L}\p{N}])/gu)) {
    for (const id of namedAt(text.slice(match.index + 1), people)) named.add(id);
  }
  return people.flatMap(({ id }) => (named.has(id) ? [id] : []));
}

/** People of one name are all meant; a longer name wins over a shorter one that it begins with. */
function namedAt(rest: string, people: readonly Mentionable[]): string[] {
  const whole = people.filter(({ name }) => startsWithWord(rest, name));
  const longest = Math.max(0, ...whole.map(({ name }) => name.length));
  if (longest > 0) return whole.flatMap(({ id, name }) => (name.length === longest ? [id] : []));
  const byFirst = people.filter(({ name }) => startsWithWord(rest, firstWord(name)));
  const [only, ...others] = byFirst;
  return only && others.length === 0 ? [only.id] : [];
}

const firstWord = (name: string) => name.trim().split(/\s+/)[0] ?? '';

function startsWithWord(text: string, word: string): boolean {
  if (word === '' || !text.toLowerCase().startsWith(word.toLowerCase())) return false;
  return !/^[\p{L}\p{N}_]/u.test(text.slice(word.length));
}

const withoutCode = (markdown: string) =>
  markdown.replaceAll(/^(```|~~~)[^]*?(?:^\1|$(?![^]))/gm, ' ').replaceAll(/`[^`\n]*`/g, ' ');
