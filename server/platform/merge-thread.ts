import { parentPort } from 'node:worker_threads';
import { runMerge, type MergeJob } from './merge-worker.ts';

/** Runs inside the worker thread that merge-worker.ts starts: one merge a message. */
parentPort?.on('message', ({ id, job }: { id: number; job: MergeJob }) => {
  parentPort?.postMessage({ id, result: runMerge(job) });
});
