import { z } from 'zod';
import { defineTool } from '../tool.ts';

/** Shows people what is planned and how far it is. */
export const planTool = defineTool({
  name: 'plan',
  description:
    'Show the people the steps of a larger task, and keep them up to date: call it again with all the steps whenever one begins or is done. Not for tasks of one or two steps.',
  kind: 'think',
  effect: 'none',
  isQuiet: true,
  schema: z.object({
    steps: z
      .array(z.object({ text: z.string().min(1), status: z.enum(['pending', 'in_progress', 'completed']) }))
      .min(1)
      .max(50),
  }),
  prepare: ({ steps }, { host }) => ({
    title: 'Plan',
    async perform() {
      await host.update({
        sessionUpdate: 'plan',
        entries: steps.map(({ text, status }) => ({ content: text, status, priority: 'medium' })),
      });
      return { text: 'The people see the plan.' };
    },
  }),
});
