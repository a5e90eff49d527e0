import { db, schema } from '../../../db/client.ts';
import { newId } from '../../platform/ids.ts';
import type { TestTeam } from '../../workspace/testing.ts';

const said = { decidedBy: 'guard', verdict: 'ask' as const, rules: [], reason: 'A walk' };

/** Something that the guard said to a run of the team's developer, and a case that it is measured by. */
export async function newGuardRows(
  { teamId, developer: { personId } }: TestTeam,
  of: { projectId: string; sessionId: string; runId: string },
): Promise<{ decisionId: string; caseId: string }> {
  const [decisionId, caseId] = [newId('gdn'), newId('gca')];
  const action = { kind: 'command' as const, command: 'ls' };
  await db()
    .insert(schema.guardDecision)
    .values({ id: decisionId, teamId, ...of, personId, agent: 'refactor', mode: 'auto', action, ...said });
  await db().insert(schema.guardCase).values({ id: caseId, teamId, action, label: 'allow', createdBy: personId });
  return { decisionId, caseId };
}
