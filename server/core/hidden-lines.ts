import type { AuthorRun, Credit } from './authorship.ts';

/**
 * How many of these lines each author has a part in. Ranges count lines from zero; what came from the repository, and what
 * nobody knows any more, counts for nobody.
 */
export function countLinesByAuthor(
  text: string,
  runs: readonly AuthorRun[],
  ranges: readonly { start: number; count: number }[],
): Map<string, { actor: Credit['actor']; lines: number }> {
  const counts = new Map<string, { actor: Credit['actor']; lines: number }>();
  const wanted = new Set(ranges.flatMap(({ start, count }) => Array.from({ length: count }, (_, at) => start + at)));
  const spans = authorSpans(runs);
  let next = 0;
  let offset = 0;
  for (const [index, line] of text.split('\n').entries()) {
    const end = offset + line.length + 1;
    while ((spans[next]?.end ?? Infinity) <= offset) next += 1;
    if (wanted.has(index)) countLine(counts, spansUntil(spans, next, end));
    offset = end;
  }
  return counts;
}

type Span = { start: number; end: number; actor: Credit['actor'] };

function authorSpans(runs: readonly AuthorRun[]): Span[] {
  const spans: Span[] = [];
  let start = 0;
  for (const { length, credit } of runs) {
    const isSomebody = credit && credit.kind !== 'open' && credit.actor.kind !== 'system';
    if (isSomebody) spans.push({ start, end: start + length, actor: credit.actor });
    start += length;
  }
  return spans;
}

function* spansUntil(spans: readonly Span[], first: number, end: number): Generator<Span> {
  for (let at = first; at < spans.length; at++) {
    const span = spans[at];
    if (!span || span.start >= end) return;
    yield span;
  }
}

function countLine(counts: Map<string, { actor: Credit['actor']; lines: number }>, spans: Iterable<Span>): void {
  const here = new Map<string, Credit['actor']>();
  for (const { actor } of spans) here.set(`${actor.kind}:${actor.id}`, actor);
  for (const [key, actor] of here) counts.set(key, { actor, lines: (counts.get(key)?.lines ?? 0) + 1 });
}
