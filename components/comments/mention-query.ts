import type { Mentionable } from '@/server/core/mention.ts';

/** The name that is being typed at the caret, and where its `@` stands. */
export type MentionQuery = { at: number; typed: string };

const longestTyped = 40;

/** Undefined unless an `@` that begins a word stands before the caret in the same line. */
export function mentionQuery(text: string, caret: number): MentionQuery | undefined {
  const lineStart = text.lastIndexOf('\n', caret - 1) + 1;
  const at = text.lastIndexOf('@', caret - 1);
  if (at < lineStart || caret - at > longestTyped) return undefined;
  if (/[\p{L}\p{N}_@`]$/u.test(text.slice(0, at))) return undefined;
  const typed = text.slice(at + 1, caret);
  return typed.startsWith(' ') ? undefined : { at, typed };
}

const mostOffered = 6;

/** People whose name, or a word of it, begins with what was typed. */
export function offeredPeople(people: readonly Mentionable[], { typed }: MentionQuery): Mentionable[] {
  const wanted = typed.toLowerCase();
  const fits = ({ name }: Mentionable) => {
    const lower = name.toLowerCase();
    return lower.startsWith(wanted) || lower.split(/\s+/).some((word) => word.startsWith(wanted));
  };
  // A name that is typed in full is done.
  return people.filter((one) => fits(one) && one.name.toLowerCase() !== wanted).slice(0, mostOffered);
}

/** The text with the name in it, and where the caret goes. */
export function withMention(
  text: string,
  { query, caret, name }: { query: MentionQuery; caret: number; name: string },
): { text: string; caret: number } {
  const before = `${text.slice(0, query.at)}@${name} `;
  return { text: before + text.slice(caret).replace(/^ /, ''), caret: before.length };
}
