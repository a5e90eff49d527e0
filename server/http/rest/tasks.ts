import { z } from 'zod';
import { sessionCommands } from '../../sessions/queries.ts';
import { cancelTask } from '../../workspace/cancel-task.ts';
import { startTask, startTaskInput, taskNames } from '../../workspace/start-task.ts';
import { getTask, getTaskOutput, listTasks } from '../../workspace/task-queries.ts';
import { absentWhenNull, instant } from './fields.ts';
import { paged, pageOf, pageQuery } from './page.ts';
import { param, reply, restRoute, type RestRoute } from './route.ts';

const task = z.object({
  id: z.string(),
  sessionId: z.string(),
  name: z.string().describe('`setup`, `test`, `lint` or `custom`'),
  command: z.string(),
  state: z.enum(['queued', 'running', 'succeeded', 'failed', 'cancelled']),
  exitCode: z.number().int().nullable(),
  error: absentWhenNull(z.string().describe('Why it could not be run')),
  startedBy: z.string().describe('Id of the person who started it'),
  createdAt: instant,
  startedAt: instant.nullable(),
  finishedAt: instant.nullable(),
});

const command = z.string().optional();
const commandsByName = z.object({ setup: command, test: command, lint: command });

export const taskRoutes: RestRoute[] = [
  restRoute({
    method: 'GET',
    path: '/sessions/{sessionId}/commands',
    operationId: 'sessionCommands',
    summary: 'The commands to set up, test and lint that are known for a session',
    tag: 'Commands',
    answers: {
      200: {
        description: 'The commands by name',
        schema: z.object({
          commands: commandsByName.describe('What is run: set by hand, else found'),
          found: commandsByName.describe('What the session’s own files name'),
        }),
      },
    },
    async handle(call) {
      return reply(200, await sessionCommands(call.ctx, { sessionId: param(call, 'sessionId') }));
    },
  }),
  restRoute({
    method: 'POST',
    path: '/sessions/{sessionId}/tasks',
    operationId: 'startTask',
    summary: 'Run a command on the session’s current state, in the sandbox',
    tag: 'Commands',
    body: z.object({
      name: z.enum(taskNames).describe('Which of the project’s commands, or `custom`'),
      command: startTaskInput.shape.command.describe('The command line, for `custom` or instead of the known one'),
    }),
    answers: {
      201: { description: 'It is queued', schema: z.object({ taskId: z.string(), command: z.string() }) },
    },
    async handle(call) {
      return reply(201, await startTask(call.ctx, { sessionId: param(call, 'sessionId'), ...call.body }));
    },
  }),
  restRoute({
    method: 'GET',
    path: '/sessions/{sessionId}/tasks',
    operationId: 'listTasks',
    summary: 'The latest 100 commands of a session, newest first',
    tag: 'Commands',
    query: pageQuery,
    answers: { 200: { description: 'A page of commands', schema: pageOf(task) } },
    async handle(call) {
      const items = await listTasks(call.ctx, { sessionId: param(call, 'sessionId'), limit: 100 });
      return reply(
        200,
        paged(items, (one) => one.id, call.query),
      );
    },
  }),
  restRoute({
    method: 'GET',
    path: '/tasks/{taskId}',
    operationId: 'getTask',
    summary: 'How a command stands',
    tag: 'Commands',
    answers: { 200: { description: 'The command', schema: task } },
    async handle(call) {
      return reply(200, await getTask(call.ctx, { taskId: param(call, 'taskId') }));
    },
  }),
  restRoute({
    method: 'GET',
    path: '/tasks/{taskId}/output',
    operationId: 'getTaskOutput',
    summary: 'All that a command has printed until now',
    tag: 'Commands',
    answers: { 200: { description: 'The output', schema: z.object({ text: z.string() }) } },
    async handle(call) {
      return reply(200, await getTaskOutput(call.ctx, { taskId: param(call, 'taskId') }));
    },
  }),
  restRoute({
    method: 'POST',
    path: '/tasks/{taskId}/cancel',
    operationId: 'cancelTask',
    summary: 'Stop a command with all of its processes',
    tag: 'Commands',
    answers: { 200: { description: 'The command as it is now', schema: task } },
    async handle(call) {
      const taskId = param(call, 'taskId');
      await cancelTask(call.ctx, { taskId });
      return reply(200, await getTask(call.ctx, { taskId }));
    },
  }),
];
