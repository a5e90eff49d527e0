import { and, asc, desc, eq, gt, inArray, isNull, lt, sql } from 'drizzle-orm';
import { schema } from '../../db/client.ts';
import { authorizeParticipant } from '../auth/authorize-participant.ts';
import { authorizeSession, type SessionAccess } from '../auth/authorize.ts';
import type { Context } from '../context.ts';
import { AppError } from '../core/errors.ts';
import type { ApprovalNeeds } from '../core/guard/approval.ts';
import type { SessionRight } from '../core/permissions.ts';
import { sessionEventBody, type SessionEvent } from '../core/session-event.ts';
import type { RunRow } from './run-claim.ts';

const noSuch = (what: string) => new AppError('not_found', `There is no such ${what}, or you have no access to it.`);

/**
 * A run and the actor's access to its session.
 * @throws AppError `not_found` when the actor may not see it, `forbidden` when the right is missing
 */
export async function authorizeRun(
  ctx: Context,
  runId: string,
  right: SessionRight,
): Promise<SessionAccess & { run: RunRow }> {
  const [run] = await ctx.db.select().from(schema.run).where(eq(schema.run.id, runId));
  const sessionId = run?.sessionId ?? '';
  const access = await authorizeSession(ctx, sessionId, right).catch((error: unknown) => {
    throw error instanceof AppError && error.code === 'not_found' ? noSuch('run') : error;
  });
  if (!run || run.teamId !== access.teamId) throw noSuch('run');
  return { ...access, run };
}

export type OpenPermission = {
  id: string;
  toolCallId: string | null;
  request: Record<string, unknown>;
  /** Who may allow it, where that is more than the right to approve. */
  needs: ApprovalNeeds | null;
  /** Ids of those who have allowed it while more people are needed. */
  allowedBy: string[];
  createdAt: Date;
};

/** A run as the API answers it. */
export type RunView = {
  id: string;
  sessionId: string;
  state: RunRow['state'];
  agent: string;
  model: string | null;
  mode: RunRow['mode'];
  prompt: string;
  askedBy: string;
  attempt: number;
  baseCommit: string | null;
  cancelRequestedAt: Date | null;
  usage: RunRow['usage'];
  error: string | null;
  createdAt: Date;
  startedAt: Date | null;
  finishedAt: Date | null;
};

/** A run, its suggestion when it made one, and what it asks. */
export async function getRun(
  ctx: Context,
  runId: string,
): Promise<RunView & { suggestionId: string | null; permissions: OpenPermission[] }> {
  const { run, teamId } = await authorizeRun(ctx, runId, 'view');
  const { suggestion, runPermission, permissionVote } = schema;
  const [made] = await ctx.db
    .select({ id: suggestion.id })
    .from(suggestion)
    .where(and(eq(suggestion.runId, runId), eq(suggestion.teamId, teamId)));
  const permissions = await ctx.db
    .select({
      id: runPermission.id,
      toolCallId: runPermission.toolCallId,
      request: runPermission.request,
      needs: runPermission.needs,
      allowedBy: sql<string[]>`array(
        select ${permissionVote.personId} from ${permissionVote}
        where ${permissionVote.permissionId} = ${runPermission.id} order by ${permissionVote.createdAt})`,
      createdAt: runPermission.createdAt,
    })
    .from(runPermission)
    .where(and(eq(runPermission.runId, runId), isNull(runPermission.decision)))
    .orderBy(asc(runPermission.createdAt));
  return { ...viewOf(run), suggestionId: made?.id ?? null, permissions };
}

/** The runs of a session: those at work and queued in their order, then the ended ones, newest first. */
export async function listRuns(
  ctx: Context,
  page: { sessionId: string; beforePosition?: number | undefined; limit?: number | undefined },
): Promise<{ active: RunView[]; ended: RunView[] }> {
  const { teamId } = await authorizeSession(ctx, page.sessionId, 'view');
  const { run } = schema;
  const ofSession = and(eq(run.sessionId, page.sessionId), eq(run.teamId, teamId));
  const active = await ctx.db
    .select()
    .from(run)
    .where(and(ofSession, inArray(run.state, ['running', 'waiting', 'queued'])))
    .orderBy(asc(run.position));
  const ended = await ctx.db
    .select()
    .from(run)
    .where(
      and(
        ofSession,
        inArray(run.state, ['succeeded', 'failed', 'cancelled']),
        page.beforePosition === undefined ? undefined : lt(run.position, page.beforePosition),
      ),
    )
    .orderBy(desc(run.position))
    .limit(page.limit ?? 100);
  return {
    active: [
      ...active.filter(({ state }) => state !== 'queued'),
      ...active.filter(({ state }) => state === 'queued'),
    ].map(viewOf),
    ended: ended.map(viewOf),
  };
}

function viewOf(run: RunRow): RunView {
  const { id, sessionId, state, agent, model, mode, prompt, askedBy, attempt, baseCommit } = run;
  const { cancelRequestedAt, usage, error, createdAt, startedAt, finishedAt } = run;
  return {
    id,
    sessionId,
    state,
    agent,
    model,
    mode,
    prompt,
    askedBy,
    attempt,
    baseCommit,
    cancelRequestedAt,
    usage,
    error,
    createdAt,
    startedAt,
    finishedAt,
  };
}

export type RunFileView = {
  path: string;
  baseText: string | null;
  text: string | null;
  omitted: 'binary' | 'too_large' | null;
  /** Of the last edit, from 1. */
  line: number;
};

/**
 * A file of a run as it has it now, beside the text it began with. Masked.
 * @throws AppError `not_found` when the run has not changed the file, or is not at work any more
 */
export async function getRunFile(ctx: Context, of: { runId: string; path: string }): Promise<RunFileView> {
  const { runFile } = schema;
  const [row] = await ctx.db
    .select()
    .from(runFile)
    .where(and(eq(runFile.runId, of.runId), eq(runFile.path, of.path)));
  const { teamId } = await authorizeParticipant(ctx, row?.sessionId ?? '', 'view').catch((error: unknown) => {
    throw error instanceof AppError && error.code === 'not_found' ? noLiveFile() : error;
  });
  if (!row || row.teamId !== teamId) throw noLiveFile();
  const { path, baseText, text, omitted, line } = row;
  return { path, baseText, text, omitted, line };
}

const noLiveFile = () =>
  new AppError('not_found', 'The run has ended, or has not changed this file. Its suggestion shows what it changed.');

export type EventPage = { sessionId: string; teamId: string; afterSeq: number; limit: number; runId?: string };

/** Entries of a session's log after `afterSeq`, in order. The caller has authorized. */
export async function readEvents(ctx: Context, page: EventPage): Promise<SessionEvent[]> {
  const { sessionEvent } = schema;
  const rows = await ctx.db
    .select({
      seq: sessionEvent.seq,
      createdAt: sessionEvent.createdAt,
      actor: sessionEvent.actor,
      body: sessionEvent.body,
    })
    .from(sessionEvent)
    .where(
      and(
        eq(sessionEvent.sessionId, page.sessionId),
        eq(sessionEvent.teamId, page.teamId),
        gt(sessionEvent.seq, page.afterSeq),
        page.runId === undefined ? undefined : eq(sessionEvent.runId, page.runId),
      ),
    )
    .orderBy(asc(sessionEvent.seq))
    .limit(page.limit);
  return rows.map(({ seq, createdAt, actor, body }) => ({
    seq,
    at: createdAt.toISOString(),
    actor,
    body: sessionEventBody.parse(body),
  }));
}

/** The entries of one run after `afterSeq`. */
export async function listRunEvents(
  ctx: Context,
  page: { runId: string; afterSeq: number; limit: number },
): Promise<SessionEvent[]> {
  const { run, teamId } = await authorizeRun(ctx, page.runId, 'view');
  const { afterSeq, limit } = page;
  return readEvents(ctx, { sessionId: run.sessionId, teamId, afterSeq, limit, runId: run.id });
}

/** The entries of a session after `afterSeq`. */
export async function listSessionEvents(
  ctx: Context,
  page: { sessionId: string; afterSeq: number; limit: number },
): Promise<SessionEvent[]> {
  const { teamId } = await authorizeParticipant(ctx, page.sessionId, 'view');
  return readEvents(ctx, { ...page, teamId });
}

/** The whole of a text that the log holds the first part of. */
export async function getEventBlob(ctx: Context, { sessionId, blobId }: { sessionId: string; blobId: string }) {
  const { teamId } = await authorizeParticipant(ctx, sessionId, 'view');
  const { eventBlob } = schema;
  const [blob] = await ctx.db
    .select({ content: eventBlob.content })
    .from(eventBlob)
    .where(and(eq(eventBlob.id, blobId), eq(eventBlob.sessionId, sessionId), eq(eventBlob.teamId, teamId)));
  if (!blob) throw noSuch('text');
  return blob;
}
