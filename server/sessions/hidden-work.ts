import { and, eq, gt, inArray, or } from 'drizzle-orm';
import { schema } from '../../db/client.ts';
import type { Context } from '../context.ts';
import type { ActorRef } from '../core/actor.ts';
import type { AuthorRun } from '../core/authorship.ts';
import { countLinesByAuthor } from '../core/hidden-lines.ts';
import { maxTextBytes, readFileText } from '../core/file-text.ts';
import { sessionEventBody } from '../core/session-event.ts';
import type { CheckpointRow } from '../workspace/checkpoint.ts';
import { findAddedLines } from '../workspace/git-lines.ts';
import { readBlobs, type TreeDifference } from '../workspace/git-objects.ts';

/** Whose work since a checkpoint is not in it any more once it is restored. */
export type HiddenWork = {
  author: ActorRef;
  /** Of an agent's work: what it was asked. */
  prompt: string | null;
  /** Files that the restore changes and that they worked on, sorted. */
  files: string[];
  /** Lines of theirs that are not in the checkpoint; what they only took away counts none. */
  lines: number;
};

export type Hiding = {
  repo: string;
  checkpoint: CheckpointRow;
  /** The session's state as of the comparison. */
  now: string;
  /** What differs from the checkpoint to now. */
  differences: readonly TreeDifference[];
};

type Key = `${ActorRef['kind']}:${string}`;
type Found = Map<Key, { files: Set<string>; lines: number }>;

/** Everyone who worked since a checkpoint on the files that restoring it changes, those with the most lines first. */
export async function findHiddenWork(ctx: Context, hiding: Hiding): Promise<HiddenWork[]> {
  const found: Found = new Map();
  const of = (key: Key) => {
    const known = found.get(key) ?? { files: new Set(), lines: 0 };
    found.set(key, known);
    return known;
  };
  const affected = new Set(hiding.differences.map(({ path }) => path));
  for (const { key, path } of [...(await typedSince(ctx, hiding)), ...(await changedSince(ctx, hiding))])
    if (affected.has(path)) of(key).files.add(path);
  for (const { key, path, lines } of await linesSince(ctx, hiding)) {
    const work = of(key);
    work.files.add(path);
    work.lines += lines;
  }
  return describe(ctx, hiding.checkpoint.teamId, found);
}

/** Who changed which file in the room, by the room's log and what is left of its folded rows. */
async function typedSince(ctx: Context, { checkpoint }: Hiding): Promise<{ key: Key; path: string }[]> {
  const { roomUpdate, roomContribution, roomFile } = schema;
  const { sessionId, teamId, updateId } = checkpoint;
  const files = await ctx.db
    .select({ fileId: roomFile.fileId, path: roomFile.path })
    .from(roomFile)
    .where(and(eq(roomFile.sessionId, sessionId), eq(roomFile.teamId, teamId)));
  const pathOf = new Map(files.map((file) => [file.fileId, file.path]));
  const folded = await ctx.db
    .select({ kind: roomContribution.actorKind, id: roomContribution.actorId, fileId: roomContribution.fileId })
    .from(roomContribution)
    .where(
      and(
        eq(roomContribution.sessionId, sessionId),
        eq(roomContribution.teamId, teamId),
        gt(roomContribution.lastUpdateId, updateId),
      ),
    );
  const rows = await ctx.db
    .selectDistinct({ kind: roomUpdate.actorKind, id: roomUpdate.actorId, fileIds: roomUpdate.fileIds })
    .from(roomUpdate)
    .where(and(eq(roomUpdate.sessionId, sessionId), eq(roomUpdate.teamId, teamId), gt(roomUpdate.id, updateId)));
  const all = [...folded.map(({ fileId, ...actor }) => ({ ...actor, fileIds: [fileId] })), ...rows];
  return all.flatMap(({ kind, id, fileIds }) =>
    fileIds.flatMap((fileId) => {
      const path = pathOf.get(fileId);
      return path === undefined || kind === 'system' ? [] : [{ key: `${kind}:${id}` as const, path }];
    }),
  );
}

/** Who changed files otherwise: commands, merges, new names, deletions, by the session's log. */
async function changedSince(ctx: Context, { checkpoint }: Hiding): Promise<{ key: Key; path: string }[]> {
  const { sessionEvent } = schema;
  const rows = await ctx.db
    .select({ actor: sessionEvent.actor, body: sessionEvent.body })
    .from(sessionEvent)
    .where(
      and(
        eq(sessionEvent.sessionId, checkpoint.sessionId),
        eq(sessionEvent.teamId, checkpoint.teamId),
        gt(sessionEvent.seq, checkpoint.eventSeq),
        or(eq(sessionEvent.type, 'files_changed'), eq(sessionEvent.type, 'checkpoint_restored')),
      ),
    );
  return rows.flatMap(({ actor, body }) =>
    pathsOf(body).map((path) => ({ key: `${actor.kind}:${actor.id}` as const, path })),
  );
}

function pathsOf(stored: unknown): string[] {
  const body = sessionEventBody.parse(stored);
  if (body.type === 'checkpoint_restored') return body.paths;
  // What was accepted is the agent's work, and is found as such in the room's log.
  return body.type === 'files_changed' && body.cause !== 'accept' ? body.paths : [];
}

/** Whose lines are there now and were not at the checkpoint. */
async function linesSince(ctx: Context, hiding: Hiding): Promise<{ key: Key; path: string; lines: number }[]> {
  const { repo, checkpoint, now, differences } = hiding;
  const added = await findAddedLines(repo, checkpoint.commit, now);
  if (!added) return [];
  const here = differences.filter(({ newOid }) => added.has(newOid));
  const runs = await authorsOf(
    ctx,
    checkpoint,
    here.map(({ newOid }) => newOid),
  );
  const known = here.filter(({ newOid }) => runs.has(newOid));
  const blobs = await readBlobs(
    repo,
    known.map(({ newOid }) => newOid),
    { maxBytesEach: maxTextBytes },
  );
  return known.flatMap(({ path, newOid }) => {
    const bytes = blobs.get(newOid)?.bytes;
    const read = bytes && readFileText(bytes, { normaliseEol: true });
    if (!read?.ok) return [];
    const counts = countLinesByAuthor(read.text, runs.get(newOid) ?? [], added.get(newOid) ?? []);
    return [...counts.values()].map(({ actor, lines }) => ({ key: `${actor.kind}:${actor.id}` as const, path, lines }));
  });
}

async function authorsOf(
  ctx: Context,
  { sessionId, teamId }: CheckpointRow,
  blobs: readonly string[],
): Promise<Map<string, AuthorRun[]>> {
  const { fileAuthorship } = schema;
  if (blobs.length === 0) return new Map();
  const rows = await ctx.db
    .select({ blob: fileAuthorship.blob, runs: fileAuthorship.runs })
    .from(fileAuthorship)
    .where(
      and(
        eq(fileAuthorship.sessionId, sessionId),
        eq(fileAuthorship.teamId, teamId),
        inArray(fileAuthorship.blob, [...blobs]),
      ),
    );
  return new Map(rows.map((row) => [row.blob, row.runs]));
}

async function describe(ctx: Context, teamId: string, found: Found): Promise<HiddenWork[]> {
  const names = new Map<Key, Pick<HiddenWork, 'author' | 'prompt'>>();
  const idsOf = (kind: ActorRef['kind']) =>
    [...found.keys()].filter((key) => key.startsWith(`${kind}:`)).map((key) => key.slice(kind.length + 1));
  const { person, run } = schema;
  const people = await ctx.db
    .select({ id: person.id, name: person.name })
    .from(person)
    .where(inArray(person.id, idsOf('person')));
  for (const { id, name } of people) names.set(`person:${id}`, { author: { kind: 'person', id, name }, prompt: null });
  const runs = await ctx.db
    .select({ id: run.id, name: run.agent, prompt: run.prompt })
    .from(run)
    .where(and(eq(run.teamId, teamId), inArray(run.id, idsOf('run'))));
  for (const { id, name, prompt } of runs) names.set(`run:${id}`, { author: { kind: 'run', id, name }, prompt });
  return [...found]
    .flatMap(([key, { files, lines }]) => {
      const named = names.get(key);
      return named ? [{ ...named, files: [...files].toSorted(), lines }] : [];
    })
    .toSorted((a, b) => b.lines - a.lines || b.files.length - a.files.length || (a.author.id < b.author.id ? -1 : 1));
}
