import { z } from 'zod';
import { schema } from '../../db/client.ts';
import { appendAudit } from '../audit/append.ts';
import { authorizeSession, type ProjectRow, type SessionRow } from '../auth/authorize.ts';
import { withTransaction, type Context } from '../context.ts';
import { actorRef } from '../core/actor.ts';
import { AppError } from '../core/errors.ts';
import { enqueue } from '../jobs/queue.ts';
import { newId } from '../platform/ids.ts';
import { appendSessionEvent } from '../runs/event-log.ts';
import { repoPath } from './git.ts';
import { readCommands } from './read-commands.ts';
import { checkSandbox } from './sandbox.ts';

export const taskNames = ['setup', 'test', 'lint', 'custom'] as const;

export const startTaskInput = z.object({
  sessionId: z.string(),
  name: z.enum(taskNames),
  /** Without it the project's command of this name, else the one that the session's files name. */
  command: z
    .string()
    .trim()
    .min(1)
    .max(4000)
    .refine((text) => !text.includes('\0'), 'A command must not contain a NUL byte.')
    .optional(),
});

/**
 * Queues a command on the session's current state. It runs in the sandbox; its output lies in the session's log.
 * @throws AppError `unavailable` without a working sandbox, with the reason and the fix; `invalid` when no command of the
 *   name is known; `conflict` in an archived session
 */
export async function startTask(
  ctx: Context,
  given: z.infer<typeof startTaskInput>,
): Promise<{ taskId: string; command: string }> {
  const input = startTaskInput.parse(given);
  const { session, project, teamId, actor } = await authorizeSession(ctx, input.sessionId, 'edit');
  if (session.archivedAt)
    throw new AppError('conflict', 'The session is archived, so nothing runs in it. Bring it back first.');
  const sandbox = await checkSandbox();
  if (!sandbox.ok) throw new AppError('unavailable', `Commands are off: ${sandbox.reason} ${sandbox.fix}`);
  const command = input.command ?? (await knownCommand({ name: input.name, session, project }));
  const taskId = newId('tsk');
  await withTransaction(ctx, async (tx) => {
    await tx.db.insert(schema.task).values({
      id: taskId,
      teamId,
      sessionId: session.id,
      name: input.name,
      command,
      state: 'queued',
      startedBy: actor.personId,
    });
    await appendSessionEvent(tx.db, {
      sessionId: session.id,
      teamId,
      actor: actorRef(actor),
      body: { type: 'task_started', taskId, name: input.name, command },
    });
    await appendAudit(tx, {
      teamId,
      action: 'task.start',
      resource: { type: 'task', id: taskId },
      detail: { sessionId: session.id, name: input.name, command },
    });
    await enqueue(tx, 'task', { payload: { taskId } });
  });
  return { taskId, command };
}

async function knownCommand(wanted: { name: string; session: SessionRow; project: ProjectRow }): Promise<string> {
  const { name, session, project } = wanted;
  if (name === 'custom') throw new AppError('invalid', 'Enter a command to run.');
  const known = { ...(await readCommands(repoPath(project.id), session.headCommit)), ...project.commands };
  const command = known[name as keyof typeof known];
  if (command === undefined) {
    throw new AppError(
      'invalid',
      `No ${name} command was found in package.json, a Makefile or the like. Set one in the project's settings, or run a command of your own.`,
    );
  }
  return command;
}
