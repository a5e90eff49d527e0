import { and, eq, gt, isNull, or, sql } from 'drizzle-orm';
import { schema } from '../../db/client.ts';
import { authorizeParticipant } from '../auth/authorize-participant.ts';
import type { Context } from '../context.ts';
import { AppError, isAppError } from '../core/errors.ts';
import type { SessionEvent } from '../core/session-event.ts';
import { notifications } from '../platform/notifications.ts';
import { authorizeRun, readEvents } from './queries.ts';

export type WatchSession = {
  sessionId: string;
  /** The last entry the watcher has. */
  afterSeq: number;
  signal: AbortSignal;
  /** Only this run's entries. */
  runId?: string;
};

const batchSize = 500;
/** How often a watcher looks although nothing was heard: a notification is a hint, never the record. */
const pollMs = 5_000;

/** @throws AppError when the session may not be seen */
export async function requireVisible(ctx: Context, sessionId: string): Promise<void> {
  await authorizeParticipant(ctx, sessionId, 'view');
}

/**
 * The entries of a session's log after a cursor, then each new one, in batches and in order, until the signal aborts.
 * Ends as well when the watcher loses access.
 * @throws AppError at the start when the session may not be seen
 */
export async function* watchSession(ctx: Context, watch: WatchSession): AsyncGenerator<SessionEvent[], void> {
  const { teamId } = await authorizeParticipant(ctx, watch.sessionId, 'view');
  const bell = await listen(watch);
  try {
    let afterSeq = watch.afterSeq;
    while (!watch.signal.aborted) {
      bell.reset();
      const batch = await readEvents(ctx, { ...watch, teamId, afterSeq, limit: batchSize });
      const last = batch.at(-1);
      if (last) {
        afterSeq = last.seq;
        yield batch;
      }
      if (bell.accessChanged() && !(await maySee(ctx, watch.sessionId))) return;
      if (batch.length === batchSize) continue;
      const rang = await bell.wait();
      if (!rang && !(await maySee(ctx, watch.sessionId))) return;
    }
  } finally {
    bell.close();
  }
}

/** The entries of one run, until it ends. @throws AppError at the start when the run may not be seen */
export async function* watchRun(
  ctx: Context,
  { runId, afterSeq, signal }: { runId: string; afterSeq: number; signal: AbortSignal },
): AsyncGenerator<SessionEvent[], void> {
  const { run } = await authorizeRun(ctx, runId, 'view');
  for await (const batch of watchSession(ctx, { sessionId: run.sessionId, runId, afterSeq, signal })) {
    yield batch;
    if (batch.some(({ body }) => body.type === 'run_finished')) return;
  }
}

type Bell = {
  /** Forgets what rang; call before looking at the rows. */
  reset(): void;
  /** Resolves when something rang (true) or it is time to look anyway (false). */
  wait(): Promise<boolean>;
  /** Somebody's access changed since the last call. */
  accessChanged(): boolean;
  close(): void;
};

async function listen({ sessionId, signal }: WatchSession): Promise<Bell> {
  const listening = await notifications();
  let ring = Promise.withResolvers<void>();
  let access = false;
  const offs = [
    listening.on('session_event', (payload) => {
      if (payload.startsWith(`${sessionId}:`)) ring.resolve();
    }),
    listening.on('access_changed', () => {
      access = true;
      ring.resolve();
    }),
    listening.onReconnect(() => ring.resolve()),
  ];
  const stop = () => ring.resolve();
  signal.addEventListener('abort', stop);
  return {
    reset: () => {
      if (!signal.aborted) ring = Promise.withResolvers<void>();
    },
    async wait() {
      const timer = Promise.withResolvers<false>();
      const timeout = setTimeout(() => timer.resolve(false), pollMs);
      const rang = await Promise.race([ring.promise.then(() => true), timer.promise]);
      clearTimeout(timeout);
      return rang;
    },
    accessChanged: () => {
      const changed = access;
      access = false;
      return changed;
    },
    close: () => {
      for (const off of offs) off();
      signal.removeEventListener('abort', stop);
    },
  };
}

/** The watcher's sign-in or token is still good, and the session is still visible to them. */
async function maySee(ctx: Context, sessionId: string): Promise<boolean> {
  if (!(await credentialLives(ctx))) return false;
  try {
    await authorizeParticipant(ctx, sessionId, 'view');
    return true;
  } catch (error) {
    if (isAppError(error)) return false;
    throw error;
  }
}

async function credentialLives(ctx: Context): Promise<boolean> {
  const { authSession, apiToken } = schema;
  const { credential } = ctx;
  switch (credential.kind) {
    case 'auth_session': {
      const live = and(
        eq(authSession.id, credential.id),
        isNull(authSession.revokedAt),
        gt(authSession.expiresAt, sql`now()`),
      );
      return (await ctx.db.select({ id: authSession.id }).from(authSession).where(live)).length === 1;
    }
    case 'api_token': {
      const live = and(
        eq(apiToken.id, credential.id),
        isNull(apiToken.revokedAt),
        or(isNull(apiToken.expiresAt), gt(apiToken.expiresAt, sql`now()`)),
      );
      return (await ctx.db.select({ id: apiToken.id }).from(apiToken).where(live)).length === 1;
    }
    case 'none':
      return true;
  }
}

/** The `seq` in a cursor as clients send it back. @throws AppError `invalid` */
export function parseCursor(cursor: string | null | undefined): number {
  if (cursor === undefined || cursor === null || cursor === '') return 0;
  const seq = Number(cursor);
  if (!Number.isSafeInteger(seq) || seq < 0)
    throw new AppError('invalid', 'The cursor is not one of this log. Leave it out to begin at the start.');
  return seq;
}
