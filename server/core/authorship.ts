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
