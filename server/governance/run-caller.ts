import { and, eq, gt, inArray, isNull, sql } from 'drizzle-orm';
import { db, schema } from '../../db/client.ts';
import { authorizeSession } from '../auth/authorize.ts';
import { createContext } from '../context.ts';
import { AppError, isAppError } from '../core/errors.ts';
import type { FoundCaller } from './caller-cache.ts';

const ended = () =>
  new AppError('unauthenticated', 'This key is not the key of this run, or the run has ended. Send the prompt again.');

/**
 * The person for whom a run calls models: whoever asked for it, with the rights they have now.
 * @throws AppError `unauthenticated` for a key that is not this run's or whose attempt is over, `forbidden` when the
 * asker may not prompt there any more
 */
export async function loadRunCaller(keyHash: string, runId: string): Promise<FoundCaller> {
  const row = await liveKey(keyHash, runId);
  if (!row) throw ended();
  const { keyId, personId, name, email, sessionId, projectId, agent, expiresAt, purpose } = row;
  const ctx = createContext({ actor: { kind: 'person', personId, name, email } });
  const { teamId, role } = await authorizeSession(ctx, sessionId, 'prompt').catch(asWithdrawn);
  return {
    caller: {
      key: { kind: 'run', id: keyId },
      person: { id: personId, name, email },
      teamId,
      role,
      projectId,
      sessionId,
      run: { id: runId, agent },
      ...(purpose === 'guard' && { purpose }),
    },
    endsAt: expiresAt.getTime(),
  };
}

/** The key, while the attempt it was made for is at work. */
async function liveKey(keyHash: string, runId: string) {
  const { person, run, session, virtualKey } = schema;
  const [row] = await db()
    .select({
      keyId: virtualKey.id,
      sessionId: virtualKey.sessionId,
      projectId: virtualKey.projectId,
      expiresAt: virtualKey.expiresAt,
      purpose: virtualKey.purpose,
      agent: run.agent,
      personId: person.id,
      name: person.name,
      email: person.email,
    })
    .from(run)
    .innerJoin(virtualKey, and(eq(virtualKey.runId, run.id), eq(virtualKey.attempt, run.attempt)))
    .innerJoin(session, and(eq(session.id, run.sessionId), isNull(session.archivedAt)))
    .innerJoin(person, and(eq(person.id, run.askedBy), isNull(person.disabledAt)))
    .where(
      and(
        eq(run.id, runId),
        eq(run.teamId, virtualKey.teamId),
        inArray(run.state, ['running', 'waiting']),
        eq(virtualKey.keyHash, keyHash),
        isNull(virtualKey.endedAt),
        gt(virtualKey.expiresAt, sql`now()`),
      ),
    );
  return row;
}

function asWithdrawn(error: unknown): never {
  if (!isAppError(error)) throw error;
  throw new AppError('forbidden', 'Whoever asked for this run may not prompt here any more, so it may call no model.');
}
