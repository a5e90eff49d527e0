import { Worker } from 'node:worker_threads';
import { AppError } from '../core/errors.ts';
import {
  mergeHunk,
  mergeWithMarks,
  undoHunk,
  type HunkMerge,
  type MarkedMerge,
  type MergeResult,
} from '../core/text-merge.ts';
import { textEdits, type TextEdit } from '../core/text-diff.ts';
import { singleton } from './singleton.ts';

/** A merge of texts as a message: plain values only. */
export type MergeJob =
  | ({ kind: 'apply' } & HunkMerge)
  | ({ kind: 'undo' } & HunkMerge)
  | ({ kind: 'marks' } & MarkedMerge)
  | { kind: 'edits'; before: string; after: string };

/** `edits` turn our text into the merged one. */
export type MarkedResult = ReturnType<typeof mergeWithMarks> & { edits: TextEdit[] };
type AnyResult = MergeResult | MarkedResult | TextEdit[];
type ResultOf<Job extends MergeJob> = Job extends { kind: 'marks' }
  ? MarkedResult
  : Job extends { kind: 'edits' }
    ? TextEdit[]
    : MergeResult;

/** Texts up to this many lines are merged at once; longer ones would hold up everyone else on this thread. */
const inlineLines = 1_000;
const defaultTimeoutMs = 20_000;

/** Runs a merge where it is called. */
export function runMerge(job: MergeJob): AnyResult {
  switch (job.kind) {
    case 'apply':
      return mergeHunk(job);
    case 'undo':
      return undoHunk(job);
    case 'marks': {
      const merged = mergeWithMarks(job);
      return { ...merged, edits: textEdits(job.ours, merged.text) };
    }
    case 'edits':
      return textEdits(job.before, job.after);
  }
}

/**
 * Merges texts without holding up the process: short ones at once, long ones in a worker thread.
 * @throws AppError `unavailable` when it takes longer than `timeoutMs`
 */
export async function mergeInThread<Job extends MergeJob>(
  job: Job,
  timeoutMs = defaultTimeoutMs,
): Promise<ResultOf<Job>> {
  const result = isShort(job) ? runMerge(job) : await inThread(job, timeoutMs);
  // runMerge answers each kind of job with its own kind of result.
  return result as ResultOf<Job>;
}

function isShort(job: MergeJob): boolean {
  return textsOf(job).every((text) => countLines(text) <= inlineLines);
}

function textsOf(job: MergeJob): string[] {
  if (job.kind === 'edits') return [job.before, job.after];
  return job.kind === 'marks' ? [job.base, job.ours, job.theirs] : [job.base, job.live];
}

function countLines(text: string): number {
  let count = 0;
  for (let at = text.indexOf('\n'); at !== -1 && count <= inlineLines; at = text.indexOf('\n', at + 1)) count += 1;
  return count;
}

type Waiting = { resolve: (result: AnyResult) => void; reject: (error: Error) => void };
type Thread = { worker: Worker | undefined; waiting: Map<number, Waiting>; lastId: number };
const thread = () => singleton<Thread>('merge-thread', () => ({ worker: undefined, waiting: new Map(), lastId: 0 }));

async function inThread(job: MergeJob, timeoutMs: number): Promise<AnyResult> {
  const state = thread();
  const id = (state.lastId += 1);
  const worker = (state.worker ??= startWorker(state));
  const answer = Promise.withResolvers<AnyResult>();
  state.waiting.set(id, answer);
  worker.ref();
  worker.postMessage({ id, job });
  const timer = setTimeout(() => endWorker(state, tookTooLong(timeoutMs)), timeoutMs);
  try {
    return await answer.promise;
  } finally {
    clearTimeout(timer);
    state.waiting.delete(id);
    if (state.waiting.size === 0) worker.unref();
  }
}

const tookTooLong = (timeoutMs: number) =>
  new AppError(
    'unavailable',
    `Merging the file took longer than ${Math.round(timeoutMs / 1000)} s and was stopped. Accept the change by hand, or make the file smaller.`,
  );

function startWorker(state: Thread): Worker {
  const worker = new Worker(new URL('./merge-thread.ts', import.meta.url));
  worker.on('message', ({ id, result }: { id: number; result: AnyResult }) => state.waiting.get(id)?.resolve(result));
  worker.on('error', (error) => endWorker(state, error));
  return worker;
}

/** A thread cannot be interrupted, so it is ended and the next merge starts another. All that wait on it fail. */
function endWorker(state: Thread, cause: unknown): void {
  const { worker } = state;
  state.worker = undefined;
  const error = cause instanceof Error ? cause : new Error('the merge thread ended', { cause });
  for (const { reject } of state.waiting.values()) reject(error);
  void worker?.terminate();
}

/** Ends the worker thread; a later merge starts it again. */
export async function closeMergeThread(): Promise<void> {
  const state = thread();
  const { worker } = state;
  state.worker = undefined;
  await worker?.terminate();
}
