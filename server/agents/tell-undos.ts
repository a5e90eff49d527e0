import type { Context } from '../context.ts';
import { log } from '../platform/log.ts';
import { RunLostError } from '../runs/append-run-event.ts';
import type { RunClaim } from '../runs/run-claim.ts';
import { recordUndoTold } from '../runs/untold-undos.ts';
import type { RunningAgent } from './acp-types.ts';
import type { FilesKeeper } from './files-keeper.ts';

type Telling = { claim: RunClaim; agent: RunningAgent; keeper: FilesKeeper | undefined };

/**
 * Tells an agent at work that a person put its files back (GU81). One that takes no words into a turn hears it at the next one.
 * @returns what ends it, when the turn is over; it waits for what is being told
 */
export function tellUndos(ctx: Context, { claim, agent, keeper }: Telling): () => Promise<void> {
  let telling: Promise<void> = Promise.resolve();
  const off = keeper?.onPutBack((undo) => {
    telling = telling
      .then(async () => {
        if ((await agent.steer(undo.words)) === 'taken') await recordUndoTold(ctx, claim, undo);
      })
      .catch((error: unknown) => {
        if (!(error instanceof RunLostError)) log().warn({ err: error, runId: claim.runId }, 'an undo was not told');
      });
  });
  return async () => {
    off?.();
    await telling;
  };
}
