import { withTransaction, type Context } from '../context.ts';
import { isAppError } from '../core/errors.ts';
import { undoTitle, undoneWords } from '../core/undo-words.ts';
import { log } from '../platform/log.ts';
import { newId } from '../platform/ids.ts';
import { notifications } from '../platform/notifications.ts';
import {
  askedFiles,
  failPutBack,
  recordKeptFiles,
  settlePutBack,
  takeAskedFiles,
  type KeptFilesRow,
} from '../runs/kept-files.ts';
import type { RunClaim } from '../runs/run-claim.ts';
import type { UntoldUndo } from '../runs/untold-undos.ts';
import { keepFiles, putBackFiles, type Kept } from '../workspace/kept-files.ts';
import type { Worktree } from '../workspace/worktree.ts';

export type KeepBefore = (action: { title: string; toolCallId?: string | undefined }) => Promise<void>;

/** Keeps the files of one run before its agent's actions, and puts them back when people ask. */
export type FilesKeeper = {
  keep: KeepBefore;
  /** Called when people put the run's files back. @returns what ends it */
  onPutBack: (heard: (undo: UntoldUndo) => void) => () => void;
  close(): Promise<void>;
};

const pollMs = 4_000;

type Keeping = { claim: RunClaim; worktree: Worktree; signal: AbortSignal };

export async function openFilesKeeper(ctx: Context, { claim, worktree, signal }: Keeping): Promise<FilesKeeper> {
  const { runId } = claim;
  let last: (Kept & { keptId: string }) | undefined;
  let heard: ((undo: UntoldUndo) => void) | undefined;
  let busy: Promise<unknown> = Promise.resolve();
  /** One at a time: what is kept is a state of the files that was there. */
  const alone = <T>(work: () => Promise<T>): Promise<T> => {
    const done = busy.then(work);
    busy = done.catch(() => undefined);
    return done;
  };

  async function keepNow(action: { title: string; toolCallId?: string | undefined; quiet?: boolean }): Promise<string> {
    const keptId = newId('kpt');
    const kept = await keepFiles(worktree, { runId, keptId }, { last, signal });
    last = { ...kept, keptId };
    await recordKeptFiles(ctx, claim, { keptId, sizeBytes: kept.sizeBytes, ...action });
    return keptId;
  }

  async function putBack(row: KeptFilesRow): Promise<void> {
    try {
      const { id: keptId, title } = row;
      const undoId = await keepNow({ title: undoTitle(title), quiet: true });
      const files = await putBackFiles(worktree, { runId, keptId });
      const by = await withTransaction(ctx, (tx) => settlePutBack(tx, row, { undoId, files }));
      const name = by.kind === 'person' ? by.name : 'Someone';
      heard?.({ keptId, title, words: undoneWords({ by: name, title, files }) });
    } catch (error) {
      if (!isAppError(error)) log().error({ err: error, runId }, 'files of a run could not be put back');
      await failPutBack(ctx, row, isAppError(error) ? error.message : 'The files could not be put back. Try again.');
    }
  }

  const look = async () => {
    const asked = await askedFiles(ctx, runId);
    const rows = await takeAskedFiles(
      ctx,
      asked.map(({ id }) => id),
    );
    for (const row of rows) await putBack(row);
  };
  const lookNow = () =>
    void alone(look).catch((error: unknown) => log().warn({ err: error, runId }, 'no look at what is to be undone'));

  const endLooking = await lookWhenAsked(runId, lookNow);
  return {
    keep: (action) => alone(async () => void (await keepNow(action))),
    onPutBack: (listener) => {
      heard = listener;
      return () => (heard = undefined);
    },
    async close() {
      endLooking();
      await busy;
    },
  };
}

/** Looks when somebody asks for files of the run, and from time to time. @returns what ends it */
async function lookWhenAsked(runId: string, look: () => void): Promise<() => void> {
  const listening = await notifications();
  const offs = [listening.on('run_put_back', (id) => (id === runId ? look() : undefined)), listening.onReconnect(look)];
  const timer = setInterval(look, pollMs);
  return () => {
    clearInterval(timer);
    for (const off of offs) off();
  };
}
