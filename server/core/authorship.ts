import { textEdits } from './text-diff.ts';

/**
 * Who wrote a text, character by character. A credit says who, in which way and when; an undo or a restore gives a text
 * back to whoever wrote it first (docs/spec/collab.md, "Authorship").
 */

/** `open`: the text came from the repository, and git knows more. */
export type CreditKind = 'edit' | 'accept' | 'merge' | 'restore' | 'open';

export type Credit = {
  actor: { kind: 'person' | 'run' | 'system'; id: string };
  kind: CreditKind;
  /** Milliseconds since 1970, to about five minutes. */
  at: number;
};

/** So many UTF-16 units of one credit; none when nobody knows any more. */
export type AuthorRun = { length: number; credit?: Credit };

/** A part of an update that others wrote first: units `clock` to `clock + length` of a client id. */
export type StoredCredit = { client: number; clock: number; length: number; credit: Credit };

/** Credits are told apart by five minutes, so that steady typing is one run. */
export const creditGrainMs = 5 * 60_000;

export function sameCredit(a: Credit | undefined, b: Credit | undefined): boolean {
  if (a === b) return true;
  if (!a || !b) return false;
  return a.at === b.at && a.kind === b.kind && a.actor.id === b.actor.id && a.actor.kind === b.actor.kind;
}

/** Neighbours of one credit become one run; empty ones go. */
export function joinRuns(runs: Iterable<AuthorRun>): AuthorRun[] {
  const joined: AuthorRun[] = [];
  for (const run of runs) {
    if (run.length === 0) continue;
    const last = joined.at(-1);
    if (last && sameCredit(last.credit, run.credit)) last.length += run.length;
    else joined.push({ ...run });
  }
  return joined;
}

/** The runs of `length` units from `start`; what lies beyond the end has no credit. */
export function sliceRuns(runs: readonly AuthorRun[], start: number, length: number): AuthorRun[] {
  const cut: AuthorRun[] = [];
  let at = 0;
  let left = length;
  for (const run of runs) {
    const from = Math.max(start, at);
    const to = Math.min(start + length, at + run.length);
    if (to > from) {
      cut.push({ ...run, length: to - from });
      left -= to - from;
    }
    at += run.length;
  }
  if (left > 0) cut.push({ length: left });
  return joinRuns(cut);
}

/** Who wrote a text that was made from another: what stayed is theirs, what is new has no credit. */
export function projectRuns(text: string, runs: readonly AuthorRun[], next: string): AuthorRun[] {
  const projected: AuthorRun[] = [];
  let at = 0;
  for (const edit of textEdits(text, next).toReversed()) {
    projected.push(...sliceRuns(runs, at, edit.index - at), { length: edit.insert.length });
    at = edit.index + edit.delete;
  }
  return joinRuns([...projected, ...sliceRuns(runs, at, text.length - at)]);
}
