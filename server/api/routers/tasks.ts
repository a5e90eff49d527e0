import { z } from 'zod';
import { cancelTask } from '../../workspace/cancel-task.ts';
import { startTask, startTaskInput } from '../../workspace/start-task.ts';
import { getTaskOutput, listTasks } from '../../workspace/task-queries.ts';
import { procedure, router } from '../trpc.ts';

const byId = z.object({ taskId: z.string() });

export const tasksRouter = router({
  start: procedure.input(startTaskInput).mutation(({ ctx, input }) => startTask(ctx, input)),
  cancel: procedure.input(byId).mutation(({ ctx, input }) => cancelTask(ctx, input)),
  list: procedure
    .input(z.object({ sessionId: z.string(), limit: z.number().int().min(1).max(100).optional() }))
    .query(({ ctx, input }) => listTasks(ctx, input)),
  output: procedure.input(byId).query(({ ctx, input }) => getTaskOutput(ctx, input)),
});
