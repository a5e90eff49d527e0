import { Worker } from 'node:worker_threads';
import type { OperationResult } from './operation.ts';
import type { CodeCommand } from './operation-request.ts';

/** TypeScript follows imports by recursion, so a long chain of them needs a deep stack. */
const limits = { stackSizeMb: 128, maxOldGenerationSizeMb: 3072 };

/**
 * Computes what a command would change, on a thread of its own.
 * @throws the signal's reason when it aborts; the thread is ended then
 */
export async function computeOperation(
  root: string,
  command: CodeCommand,
  signal: AbortSignal,
): Promise<OperationResult> {
  signal.throwIfAborted();
  const worker = new Worker(new URL('operation-worker.ts', import.meta.url), {
    workerData: { root, command },
    resourceLimits: limits,
  });
  const result = Promise.withResolvers<OperationResult>();
  const stop = () => result.reject(signal.reason);
  signal.addEventListener('abort', stop, { once: true });
  worker.once('message', result.resolve);
  worker.once('error', result.reject);
  worker.once('exit', (code) => result.reject(new Error(`The thread ended with ${code}`)));
  try {
    return await result.promise;
  } finally {
    signal.removeEventListener('abort', stop);
    void worker.terminate();
  }
}
