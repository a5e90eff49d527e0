import { and, asc, eq, gt, inArray, lte, or, sql } from 'drizzle-orm';
import { schema } from '../../db/client.ts';
import { authorizeSession, type SessionAccess } from '../auth/authorize.ts';
import { createContext, type Context } from '../context.ts';
import { AppError, isAppError } from '../core/errors.ts';
import { whyNotAllow, type ApprovalNeeds } from '../core/guard/approval.ts';
import type { RunRow } from './run-claim.ts';

/** What one person's yes comes to where more than the right to approve is needed (docs/spec/guard.md, from GU50). */
export type Vote = {
  permissionId: string;
  needs: ApprovalNeeds;
  run: RunRow;
  access: SessionAccess;
  scope: 'once' | 'run';
  /** What was said until then is about something else: the question that was denied, not its lifting. */
  after?: Date | null;
};

export type VoteOutcome = {
  /** How many more people are needed. */
  missing: number;
  /** What all of them allowed. */
  scope: 'once' | 'run';
};

/**
 * Takes one person's yes down. The caller has locked the row of the question, so of two at once the second sees the first. Of those who
 * said yes before only they count who may still say it.
 * @throws AppError `forbidden` with what is needed, `conflict` when they said so already
 */
export async function voteToAllow(tx: Context, vote: Vote): Promise<VoteOutcome> {
  const { needs, permissionId, run, access, scope } = vote;
  const { teamId, actor } = access;
  await requireMayAllow(tx, { needs, run, access });
  const after = vote.after ?? new Date(0);
  const { permissionVote } = schema;
  const [taken] = await tx.db
    .insert(permissionVote)
    .values({ permissionId, teamId, personId: actor.personId, scope })
    .onConflictDoUpdate({
      target: [permissionVote.permissionId, permissionVote.personId],
      set: { scope, createdAt: sql`now()` },
      setWhere: lte(permissionVote.createdAt, after),
    })
    .returning({ personId: permissionVote.personId });
  if (!taken) throw new AppError('conflict', 'You have allowed this already. Somebody else has to allow it as well.');
  const said = await tx.db
    .select()
    .from(permissionVote)
    .where(
      and(
        eq(permissionVote.permissionId, permissionId),
        eq(permissionVote.teamId, teamId),
        or(eq(permissionVote.personId, actor.personId), gt(permissionVote.createdAt, after)),
      ),
    )
    .orderBy(asc(permissionVote.createdAt));
  const standing: typeof said = [];
  for (const one of said) if (await stillMay(tx, one.personId, vote)) standing.push(one);
  return {
    missing: Math.max(0, needs.approvers - standing.length),
    scope: standing.every((one) => one.scope === 'run') ? 'run' : 'once',
  };
}

/** @throws AppError `forbidden` with what is needed */
export async function requireMayAllow(
  tx: Context,
  { needs, run, access }: Pick<Vote, 'needs' | 'run' | 'access'>,
): Promise<void> {
  const { role, actor } = access;
  const why = whyNotAllow(needs, { role, spoke: await spokeIn(tx, run, actor.personId) });
  if (why !== undefined) throw new AppError('forbidden', `${why} Ask another lead or admin of the team.`);
}

/** Whether words of a turn are this person's: its prompt, or what was said into it, as the log tells. */
async function spokeIn(tx: Context, { id: runId, teamId, askedBy }: RunRow, personId: string): Promise<boolean> {
  if (askedBy === personId) return true;
  const { sessionEvent } = schema;
  const theirs = or(
    sql`${sessionEvent.actor} ->> 'id' = ${personId}`,
    sql`${sessionEvent.body} -> 'wordsOf' ->> 'id' = ${personId}`,
  );
  const [said] = await tx.db
    .select({ seq: sessionEvent.seq })
    .from(sessionEvent)
    .where(
      and(
        eq(sessionEvent.runId, runId),
        eq(sessionEvent.teamId, teamId),
        inArray(sessionEvent.type, ['prompt', 'prompt_edited', 'steer']),
        theirs,
      ),
    )
    .limit(1);
  return said !== undefined;
}

/** Somebody may have lost the right since, or spoken in the turn. */
async function stillMay(tx: Context, personId: string, { needs, run, access }: Vote): Promise<boolean> {
  if (personId === access.actor.personId) return true;
  const { person } = schema;
  const [row] = await tx.db
    .select({ name: person.name, email: person.email })
    .from(person)
    .where(eq(person.id, personId));
  if (!row) return false;
  const asThem = createContext({ ...tx, actor: { kind: 'person', personId, ...row }, credential: { kind: 'none' } });
  try {
    const theirs = await authorizeSession(asThem, run.sessionId, 'approve');
    await requireMayAllow(asThem, { needs, run, access: theirs });
    return true;
  } catch (error) {
    if (isAppError(error)) return false;
    throw error;
  }
}
