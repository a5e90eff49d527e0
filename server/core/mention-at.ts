/** The mention that somebody is writing before the caret: where its `@` is, and what follows it. */
export type OpenMention = { at: number; query: string };

/** A mention begins at the start of a word, so addresses are none; it ends at white space. */
export function mentionAt(text: string, caret: number): OpenMention | undefined {
  const match = /(?:^|\s)@([^\s@]{0,100})$/u.exec(text.slice(0, caret));
  const query = match?.[1];
  return query === undefined ? undefined : { at: caret - query.length - 1, query };
}

/** The text with the mention written out, and the caret behind it. */
export function withMention(text: string, { at, query }: OpenMention, label: string): { text: string; caret: number } {
  const rest = text.slice(at + 1 + query.length);
  const written = rest.startsWith(' ') ? label : `${label} `;
  return { text: text.slice(0, at) + written + rest, caret: at + label.length + 1 };
}
