import { and, asc, desc, eq, sql } from 'drizzle-orm';
import { schema } from '../../db/client.ts';
import { authorizeSession, requirePerson } from '../auth/authorize.ts';
import type { Context } from '../context.ts';
import { AppError } from '../core/errors.ts';
import { sessionEventBody } from '../core/session-event.ts';
import type { TaskRow } from './task-end.ts';

export type TaskView = Omit<TaskRow, 'workerId' | 'heartbeatAt'> & { startedByName: string };

/** The latest commands of a session, newest first. */
export async function listTasks(
  ctx: Context,
  input: { sessionId: string; limit?: number | undefined },
): Promise<TaskView[]> {
  const { session, teamId } = await authorizeSession(ctx, input.sessionId, 'view');
  const { task, person } = schema;
  const rows = await ctx.db
    .select({ task, startedByName: person.name })
    .from(task)
    .leftJoin(person, eq(person.id, task.startedBy))
    .where(and(eq(task.sessionId, session.id), eq(task.teamId, teamId)))
    .orderBy(desc(task.createdAt), desc(task.id))
    .limit(input.limit ?? 20);
  return rows.map(({ task: { workerId: _worker, heartbeatAt: _heartbeat, ...row }, startedByName }) => ({
    ...row,
    startedByName: startedByName ?? 'Someone',
  }));
}

/** One command. @throws AppError `not_found` */
export async function getTask(ctx: Context, input: { taskId: string }): Promise<Omit<TaskView, 'startedByName'>> {
  requirePerson(ctx);
  const [task] = await ctx.db.select().from(schema.task).where(eq(schema.task.id, input.taskId));
  if (!task) throw noSuchTask();
  await authorizeSession(ctx, task.sessionId, 'view').catch((error: unknown) => {
    throw error instanceof AppError && error.code === 'not_found' ? noSuchTask() : error;
  });
  const { workerId: _worker, heartbeatAt: _heartbeat, ...view } = task;
  return view;
}

/** All that a command has printed until now. @throws AppError `not_found` */
export async function getTaskOutput(ctx: Context, input: { taskId: string }): Promise<{ text: string }> {
  requirePerson(ctx);
  const [task] = await ctx.db.select().from(schema.task).where(eq(schema.task.id, input.taskId));
  if (!task) throw noSuchTask();
  const { teamId } = await authorizeSession(ctx, task.sessionId, 'view').catch((error: unknown) => {
    throw error instanceof AppError && error.code === 'not_found' ? noSuchTask() : error;
  });
  const { sessionEvent } = schema;
  const rows = await ctx.db
    .select({ body: sessionEvent.body })
    .from(sessionEvent)
    .where(
      and(
        eq(sessionEvent.sessionId, task.sessionId),
        eq(sessionEvent.teamId, teamId),
        sql`${sessionEvent.type} in ('task_output', 'task_finished')`,
        sql`${sessionEvent.body}->>'taskId' = ${task.id}`,
      ),
    )
    .orderBy(asc(sessionEvent.seq));
  const bodies = rows.map((row) => sessionEventBody.parse(row.body));
  const blobId = bodies.flatMap((body) => (body.type === 'task_finished' ? [body.outputBlobId] : [])).at(-1);
  if (blobId !== undefined) return { text: await blobText(ctx, { blobId, teamId }) };
  return { text: bodies.map((body) => (body.type === 'task_output' ? body.text : '')).join('') };
}

async function blobText(ctx: Context, wanted: { blobId: string; teamId: string }): Promise<string> {
  const { eventBlob } = schema;
  const [blob] = await ctx.db
    .select({ content: eventBlob.content })
    .from(eventBlob)
    .where(and(eq(eventBlob.id, wanted.blobId), eq(eventBlob.teamId, wanted.teamId)));
  return blob?.content ?? '';
}

const noSuchTask = () => new AppError('not_found', 'There is no such command, or you have no access to it.');
