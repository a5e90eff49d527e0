import { log } from '../../platform/log.ts';
import { setCallNode } from './call-node.ts';
import { recoverCalls, type Silences } from './recover-calls.ts';
import { callsSettled } from './settle-call.ts';

const recoverMs = 1_000;

export type CallService = {
  /** Resolves once what was settled so far is written. Calls that are still open end as interrupted. */
  stop(): Promise<void>;
};

/** Lets this process open model calls, and ends those of processes that are gone. */
export function startCallService({ nodeId }: { nodeId: string }): CallService {
  setCallNode(nodeId);
  const silences: Silences = new Map();
  let recovering: Promise<unknown> | undefined;
  const timer = setInterval(() => {
    recovering ??= recoverCalls(silences)
      .catch((error: unknown) => log().error({ err: error }, 'could not look for interrupted model calls'))
      .finally(() => (recovering = undefined));
  }, recoverMs);
  return {
    async stop() {
      clearInterval(timer);
      await recovering;
      await callsSettled();
    },
  };
}
