import { z } from 'zod';
import { sign, verifySigned } from '../platform/secrets.ts';
import type { RunClaim } from './run-claim.ts';

/**
 * By what a worker on another machine shows the web process which run it works on: its claim, signed under a key derived from
 * the installation's secret for nothing else. Whether the claim still holds is looked up with each use.
 */
const purpose = 'worker-git-door';

/** A large repository takes its time between the calls of one conversation; clocks of two machines may differ as well. */
const lifeMs = 10 * 60_000;

const schema = z.object({ runId: z.string(), workerId: z.string(), attempt: z.number(), at: z.number() });

export function workerCredential({ runId, workerId, attempt }: RunClaim): string {
  return sign(purpose, JSON.stringify({ runId, workerId, attempt, at: Date.now() }));
}

/** The claim that a credential shows; undefined when no process of this installation wrote it, or long ago. */
export function readWorkerCredential(credential: string): RunClaim | undefined {
  const text = verifySigned(purpose, credential);
  if (text === undefined) return undefined;
  const { at, ...claim } = schema.parse(JSON.parse(text));
  return Math.abs(Date.now() - at) > lifeMs ? undefined : claim;
}
