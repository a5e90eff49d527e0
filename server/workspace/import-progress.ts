import { and, eq, sql } from 'drizzle-orm';
import { schema } from '../../db/client.ts';
import type { ImportProgress } from '../../db/schema/project.ts';
import type { Context } from '../context.ts';
import { AppError } from '../core/errors.ts';
import { notifications } from '../platform/notifications.ts';
import { notify } from '../platform/notify.ts';

/** The one message of an import that a person stopped. */
export const importCancelled = () => new AppError('conflict', 'The import was cancelled.');

export type ImportReporter = {
  /** Fires when a person cancelled, or when the project is no longer importing. */
  signal: AbortSignal;
  report(progress: ImportProgress): void;
  stop(): Promise<void>;
};

const everyMs = 500;
const heartbeatMs = 2_000;

/**
 * Writes an import's progress at most twice a second, its sign of life every two seconds, and hears of a cancellation at
 * once (by notification; each write looks as well).
 */
export async function startImportReporter(ctx: Context, projectId: string): Promise<ImportReporter> {
  const cancelled = new AbortController();
  let latest: ImportProgress | undefined;
  let writing: Promise<void> = Promise.resolve();
  let lastWriteMs = 0;
  const write = async () => {
    lastWriteMs = performance.now();
    const progress = latest;
    latest = undefined;
    if (!(await writeProgress(ctx, { projectId, progress }))) cancelled.abort(importCancelled());
  };
  const fail = (error: unknown) => cancelled.abort(error);
  const tick = () => {
    const waitedMs = performance.now() - lastWriteMs;
    if ((latest && waitedMs >= everyMs) || waitedMs >= heartbeatMs) writing = writing.then(write).catch(fail);
  };
  const timer = setInterval(tick, 100);
  const look = () => {
    writing = writing
      .then(() => isImporting(ctx, projectId))
      .then((yes) => {
        if (!yes) cancelled.abort(importCancelled());
      })
      .catch(fail);
  };
  const stopListening = (await notifications()).on('project', (id) => {
    if (id === projectId) look();
  });
  look();
  return {
    signal: cancelled.signal,
    report(progress) {
      latest = progress;
      tick();
    },
    async stop() {
      clearInterval(timer);
      stopListening();
      await writing;
    },
  };
}

async function isImporting(ctx: Context, projectId: string): Promise<boolean> {
  const [row] = await ctx.db
    .select({ status: schema.project.status, cancelledAt: schema.project.importCancelRequestedAt })
    .from(schema.project)
    .where(eq(schema.project.id, projectId));
  return row?.status === 'importing' && row.cancelledAt === null;
}

async function writeProgress(
  ctx: Context,
  update: { projectId: string; progress: ImportProgress | undefined },
): Promise<boolean> {
  const [row] = await ctx.db
    .update(schema.project)
    .set({ importHeartbeatAt: sql`now()`, ...(update.progress && { progress: update.progress }) })
    .where(and(eq(schema.project.id, update.projectId), eq(schema.project.status, 'importing')))
    .returning({ cancelledAt: schema.project.importCancelRequestedAt });
  if (update.progress) await notify(ctx.db, 'project', update.projectId);
  return row !== undefined && row.cancelledAt === null;
}
