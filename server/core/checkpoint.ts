import { z } from 'zod';

/**
 * A point in a session's life. `named` ones were saved by a person, or an automatic one was given a name; they stay until
 * somebody takes the name away. `auto` ones are thinned as they age.
 */
export type CheckpointKind = 'named' | 'auto';

/** Why a point was made; `before` and `after` say on which side of it the point lies. */
const checkpointCauseSchema = z.discriminatedUnion('type', [
  z.object({ type: z.literal('start') }),
  z.object({ type: z.literal('saved') }),
  z.object({ type: z.literal('activity') }),
  z.object({ type: z.literal('run'), runId: z.string(), agent: z.string(), prompt: z.string() }),
  z.object({ type: z.literal('accept'), suggestionId: z.string(), agent: z.string(), all: z.boolean() }),
  z.object({ type: z.literal('restore'), to: z.string(), paths: z.array(z.string()).optional() }),
  z.object({ type: z.literal('discard'), path: z.string() }),
  z.object({ type: z.literal('delete'), path: z.string() }),
  z.object({ type: z.literal('merge'), branch: z.string() }),
  z.object({ type: z.literal('commit'), message: z.string() }),
  z.object({ type: z.literal('command'), side: z.enum(['before', 'after']), name: z.string() }),
]);

export type CheckpointCause = z.infer<typeof checkpointCauseSchema>;

const excerptLength = 80;

/** The first words of a text, for a line in a list. */
export function excerpt(text: string): string {
  const [line = ''] = text.trim().split('\n');
  const characters = [...line];
  return characters.length <= excerptLength ? line : `${characters.slice(0, excerptLength - 1).join('')}…`;
}

type Words = { [Type in CheckpointCause['type']]: (cause: Extract<CheckpointCause, { type: Type }>) => string };

const words: Words = {
  start: () => 'The session began',
  saved: () => 'Saved',
  activity: () => 'While people worked',
  run: ({ agent, prompt }) => `Before ${agent} ran: ${prompt}`,
  accept: ({ agent, all }) =>
    all ? `After all changes of ${agent} were decided on` : `After the first change of ${agent} was accepted`,
  restore: ({ to, paths }) =>
    paths ? `Before restoring ${pathsInWords(paths)} from “${to}”` : `Before restoring “${to}”`,
  discard: ({ path }) => `Before discarding ${path}`,
  delete: ({ path }) => `Before deleting ${path}`,
  merge: ({ branch }) => `Before merging ${branch}`,
  commit: ({ message }) => `Before committing: ${message}`,
  command: ({ side, name }) => `${side === 'before' ? 'Before' : 'After'} the command ${name}`,
};

const pathsInWords = ([first = '', ...more]: readonly string[]) =>
  more.length === 0 ? first : `${first} and ${more.length} more`;

/** The cause in words, as it stands in the timeline. */
export function causeInWords(cause: CheckpointCause): string {
  // Each entry takes the cause of the type it stands under; the compiler cannot follow that through the lookup.
  const say = words[cause.type] as (cause: CheckpointCause) => string;
  return say(cause);
}

type Point = { id: string; kind: CheckpointKind; cause: Pick<CheckpointCause, 'type'>; createdAt: Date };

const hourMs = 3_600_000;
const dayMs = 24 * hourMs;

/**
 * Which automatic points may go: all of the last 24 hours stay, then the last of each hour for a week, then the last of each
 * day (UTC). Named points, the session's first and its newest always stay.
 */
export function thinnedCheckpoints(points: readonly Point[], now: Date): string[] {
  const newestFirst = points.toSorted(
    (a, b) => b.createdAt.getTime() - a.createdAt.getTime() || (a.id < b.id ? 1 : -1),
  );
  const taken = new Set<string>();
  const gone: string[] = [];
  for (const [index, { id, kind, cause, createdAt }] of newestFirst.entries()) {
    if (kind === 'named' || cause.type === 'start') continue;
    const at = createdAt.getTime();
    const ageMs = now.getTime() - at;
    const [hour, day] = [`hour ${Math.floor(at / hourMs)}`, `day ${Math.floor(at / dayMs)}`];
    const isSpare = taken.has(ageMs <= 7 * dayMs ? hour : day);
    if (index > 0 && ageMs > dayMs && isSpare) gone.push(id);
    taken.add(hour).add(day);
  }
  return gone;
}
