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

/** `count` lines from `line` (1-based) and the numbers of their credits, who wrote last first. */
export type AuthoredLines = { line: number; count: number; credits: number[] };
export type TextAuthors = { credits: Credit[]; lines: AuthoredLines[] };

/** Who wrote each line of a text; a line belongs to those who wrote characters of it. Lines nobody is known for are left out. */
export function authorsByLine(text: string, runs: readonly AuthorRun[]): TextAuthors {
  const found: TextAuthors = { credits: [], lines: [] };
  let inLine = new Set<number>();
  let line = 1;
  let at = 0;
  const endLine = () => {
    addLine(found, line, inLine);
    inLine = new Set();
    line += 1;
  };
  for (const run of runs) {
    const credit = run.credit && creditNumber(found.credits, run.credit);
    const end = at + run.length;
    for (let lf = text.indexOf('\n', at); at < end; lf = text.indexOf('\n', at)) {
      if (credit !== undefined) inLine.add(credit);
      if (lf < 0 || lf >= end) break;
      at = lf + 1;
      endLine();
    }
    at = end;
  }
  endLine();
  return found;
}

function addLine({ credits, lines }: TextAuthors, line: number, inLine: ReadonlySet<number>): void {
  if (inLine.size === 0) return;
  const at = (index: number) => credits[index]?.at ?? 0;
  const latestFirst = [...inLine].toSorted((a, b) => at(b) - at(a) || a - b);
  const last = lines.at(-1);
  const goesOn = last && last.line + last.count === line && last.credits.join() === latestFirst.join();
  if (goesOn) last.count += 1;
  else lines.push({ line, count: 1, credits: latestFirst });
}

function creditNumber(credits: Credit[], credit: Credit): number {
  const known = credits.findIndex((one) => sameCredit(one, credit));
  return known >= 0 ? known : credits.push(credit) - 1;
}
