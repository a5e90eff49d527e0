import { and, eq } from 'drizzle-orm';
import { db, schema } from '../../db/client.ts';
import { AppError } from '../core/errors.ts';
import type { PolicyCaller } from '../core/policy-question.ts';
import { requirePermitted } from './require-permitted.ts';

export type RunOfTeam = { id: string; teamId: string };

/** The run as policies see it: with whoever asked for it and their role now. @throws AppError `forbidden` when they left */
export async function callerOfRun({ id, teamId }: RunOfTeam): Promise<PolicyCaller> {
  const { person, run, session, teamMember } = schema;
  const [row] = await db()
    .select({
      agent: run.agent,
      projectId: session.projectId,
      personId: person.id,
      name: person.name,
      email: person.email,
      role: teamMember.role,
    })
    .from(run)
    .innerJoin(session, eq(session.id, run.sessionId))
    .innerJoin(person, eq(person.id, run.askedBy))
    .innerJoin(teamMember, and(eq(teamMember.personId, run.askedBy), eq(teamMember.teamId, run.teamId)))
    .where(and(eq(run.id, id), eq(run.teamId, teamId)));
  if (!row) throw new AppError('forbidden', 'Whoever asked for this run is not in the team any more.');
  const { agent, projectId, personId, name, email, role } = row;
  return { teamId, role, projectId, person: { id: personId, name, email }, run: { id, agent } };
}

/**
 * Asks policies (`usePath`) before a run reads or writes a file through Ensemble. A run whose asker leaves is stopped, so who
 * asks is looked up once.
 */
export function runFilePolicy(run: RunOfTeam): (path: string) => Promise<void> {
  let caller: Promise<PolicyCaller> | undefined;
  return async (path) => {
    caller ??= callerOfRun(run);
    await requirePermitted({ action: 'usePath', caller: await caller, path }, `${path} is closed to agents`);
  };
}

/** Asks policies (`runUnattended`) whether a run may go on without asking people, as they are now. */
export function runUnattendedPolicy(run: RunOfTeam): () => Promise<void> {
  return async () => {
    const caller = await callerOfRun(run);
    await requirePermitted(
      { action: 'runUnattended', caller },
      'Nobody is asked in the mode Auto, which is closed now',
    );
  };
}
