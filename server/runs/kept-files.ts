import { and, asc, eq, inArray, ne, sql } from 'drizzle-orm';
import { schema } from '../../db/client.ts';
import { withTransaction, type Context } from '../context.ts';
import type { ActorRef } from '../core/actor.ts';
import type { RestoredFiles } from '../core/undo-words.ts';
import { appendSessionEvent } from './event-log.ts';
import { lockHeldRun } from './append-run-event.ts';
import { runActor, type RunClaim } from './run-claim.ts';

export type KeptFilesRow = typeof schema.keptFiles.$inferSelect;

export type NewKeptFiles = { keptId: string; title: string; toolCallId?: string | undefined; sizeBytes: number };

/**
 * Says that the files of a run were kept before one of its actions. It is a record of the run, as its events are.
 * @param quiet no line in the log: they were kept before others were put back, which says so itself
 * @throws RunLostError
 */
export async function recordKeptFiles(
  ctx: Context,
  claim: RunClaim,
  { keptId, title, toolCallId, sizeBytes, quiet = false }: NewKeptFiles & { quiet?: boolean },
): Promise<void> {
  await withTransaction(ctx, async (tx) => {
    const run = await lockHeldRun(tx, claim);
    const { id: runId, sessionId, teamId } = run;
    const call = toolCallId !== undefined && { toolCallId };
    const body = { type: 'files_kept' as const, runId, keptId, title, ...call };
    const eventSeq = quiet
      ? await lastSeq(tx, sessionId)
      : await appendSessionEvent(tx.db, { sessionId, teamId, actor: runActor(run), body });
    const row = { id: keptId, teamId, sessionId, runId, attempt: claim.attempt, title, sizeBytes, eventSeq, ...call };
    await tx.db.insert(schema.keptFiles).values(row);
  });
}

async function lastSeq(tx: Context, sessionId: string): Promise<number> {
  const { sessionEventCounter } = schema;
  const [row] = await tx.db
    .select({ seq: sessionEventCounter.lastSeq })
    .from(sessionEventCounter)
    .where(eq(sessionEventCounter.sessionId, sessionId));
  return row?.seq ?? 0;
}

/** What somebody asked to have back, the first first; each is handed out once. */
export async function takeAskedFiles(ctx: Context, keptIds: readonly string[]): Promise<KeptFilesRow[]> {
  const { keptFiles } = schema;
  if (keptIds.length === 0) return [];
  const taken = await ctx.db
    .update(keptFiles)
    .set({ state: 'working' })
    .where(and(inArray(keptFiles.id, [...keptIds]), eq(keptFiles.state, 'asked')))
    .returning();
  return taken.toSorted((a, b) => (a.askedAt?.getTime() ?? 0) - (b.askedAt?.getTime() ?? 0));
}

/** Of a run; without one those of all runs that have ended. */
export async function askedFiles(ctx: Context, runId?: string): Promise<{ id: string; runId: string }[]> {
  const { keptFiles, run } = schema;
  const ended = inArray(run.state, ['succeeded', 'failed', 'cancelled']);
  return ctx.db
    .select({ id: keptFiles.id, runId: keptFiles.runId })
    .from(keptFiles)
    .innerJoin(run, eq(run.id, keptFiles.runId))
    .where(and(eq(keptFiles.state, 'asked'), runId === undefined ? ended : eq(run.id, runId)))
    .orderBy(asc(keptFiles.askedAt));
}

export type PutBack = { undoId?: string | undefined; files?: RestoredFiles | undefined };

/** Says in the log that files were put back, by whoever asked for it. @returns who that is */
export async function settlePutBack(tx: Context, row: KeptFilesRow, { undoId, files }: PutBack): Promise<ActorRef> {
  const { id: keptId, runId, sessionId, teamId, title } = row;
  await setState(tx, row, { state: 'put_back', error: null });
  const actor = await whoAsked(tx, row);
  const undo = undoId !== undefined && { undoId };
  const restored = files && { files: { paths: [...files.paths], count: files.count } };
  const body = { type: 'files_put_back' as const, runId, keptId, title, ...undo, ...restored };
  await appendSessionEvent(tx.db, { sessionId, teamId, actor, body });
  return actor;
}

/** Says to whoever asked why it did not go. */
export const failPutBack = (ctx: Context, row: KeptFilesRow, error: string): Promise<void> =>
  setState(ctx, row, { state: 'failed', error });

async function setState(
  { db }: Context,
  { id, teamId }: KeptFilesRow,
  to: { state: 'put_back' | 'failed'; error: string | null },
): Promise<void> {
  const { keptFiles } = schema;
  await db
    .update(keptFiles)
    .set(to)
    .where(and(eq(keptFiles.id, id), eq(keptFiles.teamId, teamId)));
}

async function whoAsked({ db }: Context, { askedBy }: KeptFilesRow): Promise<ActorRef> {
  const { person } = schema;
  const [row] = await db
    .select({ name: person.name })
    .from(person)
    .where(eq(person.id, askedBy ?? ''));
  return { kind: 'person', id: askedBy ?? '', name: row?.name ?? 'Someone' };
}

/** How many of a run's actions came after these files were kept, and would be taken back with them. */
export async function countLaterActions({ db }: Context, row: KeptFilesRow): Promise<number> {
  const { keptFiles, sessionEvent } = schema;
  const { id, runId, teamId, eventSeq, toolCallId } = row;
  const [kept] = await db
    .select({ count: sql<number>`count(*)::int` })
    .from(keptFiles)
    .where(
      and(
        eq(keptFiles.runId, runId),
        eq(keptFiles.teamId, teamId),
        ne(keptFiles.id, id),
        sql`${keptFiles.eventSeq} > ${eventSeq}`,
      ),
    );
  const [calls] = await db
    .select({ count: sql<number>`count(*)::int` })
    .from(sessionEvent)
    .where(
      and(
        eq(sessionEvent.runId, runId),
        eq(sessionEvent.teamId, teamId),
        eq(sessionEvent.type, 'tool_call'),
        sql`${sessionEvent.seq} > ${eventSeq}`,
        sql`${sessionEvent.body} ->> 'kind' in ('edit', 'delete', 'move', 'execute')`,
        sql`${sessionEvent.body} ->> 'toolCallId' is distinct from ${toolCallId}`,
      ),
    );
  return Math.max(kept?.count ?? 0, calls?.count ?? 0);
}
