import type { Context } from '../context.ts';
import { log } from '../platform/log.ts';
import { notifications } from '../platform/notifications.ts';
import { RunLostError } from '../runs/append-run-event.ts';
import type { RunClaim } from '../runs/run-claim.ts';
import { returnSteer, settleTakenSteer, takeSteer, type Steer } from '../runs/steers.ts';
import type { RunningAgent } from './acp-types.ts';

const pollMs = 2_000;

/**
 * Tells an agent, while it answers a prompt, what people say into its turn: in their order, each once. What it cannot take
 * is left for the end of the turn.
 * @returns what ends the delivery, when the turn is over; it waits for the one that is under way
 */
export async function deliverSteers(
  ctx: Context,
  { claim, agent }: { claim: RunClaim; agent: RunningAgent },
): Promise<() => Promise<void>> {
  const ended = new AbortController();
  const listening = await notifications();
  let ring = Promise.withResolvers<void>();
  const wake = () => ring.resolve();
  const offs = [
    listening.on('run_steer', (runId) => {
      if (runId === claim.runId) wake();
    }),
    listening.onReconnect(wake),
  ];
  const deliver = async () => {
    while (!ended.signal.aborted) {
      ring = Promise.withResolvers<void>();
      if (!(await deliverAll(ctx, { claim, agent, signal: ended.signal }))) return;
      const timer = setTimeout(wake, pollMs);
      await ring.promise;
      clearTimeout(timer);
    }
  };
  const delivery = deliver().catch((error: unknown) => {
    if (!(error instanceof RunLostError)) log().warn({ err: error, runId: claim.runId }, 'a steer was not delivered');
  });
  return async () => {
    ended.abort();
    wake();
    for (const off of offs) off();
    await delivery;
  };
}

type Delivery = { claim: RunClaim; agent: RunningAgent; signal: AbortSignal };

/** @returns false when the turn takes nothing more */
async function deliverAll(ctx: Context, { claim, agent, signal }: Delivery): Promise<boolean> {
  while (!signal.aborted) {
    const steer = await takeSteer(ctx, claim);
    if (!steer) return true;
    const outcome = await agent.steer(steerWords(steer));
    if (outcome !== 'taken') {
      await returnSteer(ctx, claim, steer.id);
      return false;
    }
    await settleTakenSteer(ctx, claim, steer.id);
  }
  return false;
}

/** As the model reads it: several people may speak into one turn. */
export const steerWords = ({ authorName, text }: Pick<Steer, 'authorName' | 'text'>): string =>
  `${authorName} adds while you work:\n\n${text}`;
