import { and, eq, isNull, lt, notExists, or, sql } from 'drizzle-orm';
import { schema } from '../../db/client.ts';
import { appendAudit } from '../audit/append.ts';
import { systemContext, withTransaction, type Context } from '../context.ts';
import { enqueue } from '../jobs/queue.ts';
import { notify } from '../platform/notify.ts';
import { endAbandoned } from './task-claim.ts';

/** How long a waiting task or a silent import is left to the queue before it is looked after here. */
const patienceSeconds = 60;

/**
 * Looks after what the queue has given up on, so that nothing is stuck for ever: commands whose worker died end as failed,
 * commands that wait without a job get one, imports that no worker took to their end are failed. To be called now and
 * then by any worker; several at once do no harm.
 */
export async function recoverWork(): Promise<void> {
  const ctx = systemContext('recovery');
  await withTransaction(ctx, (tx) => endAbandoned(tx));
  await withTransaction(ctx, enqueueForgottenTasks);
  await withTransaction(ctx, failSilentImports);
}

const patience = sql`now() - make_interval(secs => ${patienceSeconds})`;

async function enqueueForgottenTasks(tx: Context): Promise<void> {
  const { task } = schema;
  const other = tx.db
    .select({ one: sql`1` })
    .from(sql`${task} as other`)
    .where(sql`other.session_id = ${task.sessionId} and other.state = 'running'`);
  const forgotten = await tx.db
    .select({ id: task.id })
    .from(task)
    .where(and(eq(task.state, 'queued'), lt(task.createdAt, patience), notExists(other)));
  for (const { id } of forgotten) await enqueue(tx, 'task', { payload: { taskId: id } });
}

async function failSilentImports(tx: Context): Promise<void> {
  const { project } = schema;
  const job = sql`exists (select 1 from pgboss.job j where j.name = 'import'
    and j.state in ('created', 'retry', 'active') and j.data->>'projectId' = ${project.id})`;
  const silent = await tx.db
    .update(project)
    .set({
      status: 'failed',
      progress: null,
      error: 'The import was interrupted several times and given up. Import the repository again.',
    })
    .where(
      and(
        eq(project.status, 'importing'),
        lt(project.createdAt, patience),
        or(isNull(project.importHeartbeatAt), lt(project.importHeartbeatAt, patience)),
        sql`not ${job}`,
      ),
    )
    .returning({ id: project.id, teamId: project.teamId });
  for (const { id, teamId } of silent) {
    await appendAudit(tx, { teamId, action: 'project.import_fail', resource: { type: 'project', id } });
    await notify(tx.db, 'project', id);
  }
}
