import { z } from 'zod';

/** What an agent wants to do, as the guard looks at it and as it is kept: texts may be cut. */
export const guardedAction = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('command'), command: z.string(), cwd: z.string().optional() }),
  z.object({
    kind: z.literal('edit'),
    path: z.string(),
    oldText: z.string().nullable(),
    newText: z.string().nullable(),
  }),
]);
export type GuardedAction = z.infer<typeof guardedAction>;

export const mostKeptText = 8_000;
