import type { ActAction, PolicyAct } from '../core/policy-question.ts';
import { setsInForce } from './policies/ask-both.ts';
import { freshen } from './policies/policy-memory.ts';
import { requirePermitted } from './require-permitted.ts';
import { callerOfRun, type RunOfTeam } from './run-files.ts';

const refusals: Readonly<Record<ActAction, string>> = {
  act: 'This is closed to agents',
  actUnasked: 'A person is asked about this',
};

/**
 * Asks policies (`act`, `actUnasked`) what a run's agent may do, as they and whoever asked for the run are now. Nothing is
 * looked up while no policy in force can forbid it.
 */
export function runActPolicy(run: RunOfTeam): (action: ActAction, act: PolicyAct) => Promise<void> {
  return async (action, act) => {
    if (!(await mayBeForbidden(run.teamId, action))) return;
    await requirePermitted({ action, caller: await callerOfRun(run), act }, refusals[action]);
  };
}

async function mayBeForbidden(teamId: string, action: ActAction): Promise<boolean> {
  await freshen();
  const { installation, team } = await setsInForce(teamId);
  return installation.forbids.has(action) || team?.forbids.has(action) === true;
}
