import { parentPort, workerData } from 'node:worker_threads';
import { runOperation, type CodeCommand } from './operation-request.ts';

/** Runs one operation on a thread of its own, so that the agent keeps listening and a cancel takes effect at once. */
const { root, command } = workerData as { root: string; command: CodeCommand };
parentPort?.postMessage(await runOperation(root, command));
