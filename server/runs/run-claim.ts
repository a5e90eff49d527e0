import { and, eq, inArray, type SQL } from 'drizzle-orm';
import { schema } from '../../db/client.ts';
import type { ActorRef } from '../core/actor.ts';
import { statesBefore, type RunTransition } from '../core/run-state.ts';

export type RunRow = typeof schema.run.$inferSelect;

/** Why a run is stopped whose asker was removed, disabled or given a lower role since. */
export const askerLostRight =
  'Whoever sent this prompt may not prompt here any more, so the run was stopped. Someone who may can send it again.';

/** Why a run is stopped whose session was archived since. */
export const sessionWasArchived =
  'The session was archived, so the run was stopped. Bring the session back to send the prompt again.';

/** A worker's hold on a run. It is lost when another attempt began; then nothing written under it has an effect. */
export type RunClaim = { runId: string; workerId: string; attempt: number };

/** The run, still held by this claim and in a state from which the transition is possible. */
export function heldRun(claim: RunClaim, transition: RunTransition): SQL | undefined {
  return and(
    eq(schema.run.id, claim.runId),
    eq(schema.run.workerId, claim.workerId),
    eq(schema.run.attempt, claim.attempt),
    inArray(schema.run.state, statesBefore(transition)),
  );
}

/** How a run stands in the log as the one who did something. */
export function runActor(run: { id: string; agent: string }): ActorRef {
  return { kind: 'run', id: run.id, name: run.agent };
}
