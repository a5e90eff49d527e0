import { z } from 'zod';

/**
 * A point in a session's life. `named` ones were saved by a person, or an automatic one was given a name; they stay until
 * somebody takes the name away. `auto` ones are thinned as they age.
 */
export type CheckpointKind = 'named' | 'auto';

/** Why a point was made; `before` and `after` say on which side of it the point lies. */
const checkpointCauseSchema = z.discriminatedUnion('type', [
  z.object({ type: z.literal('start') }),
  z.object({ type: z.literal('saved') }),
  z.object({ type: z.literal('activity') }),
  z.object({ type: z.literal('run'), runId: z.string(), agent: z.string(), prompt: z.string() }),
  z.object({ type: z.literal('accept'), suggestionId: z.string(), agent: z.string(), all: z.boolean() }),
  z.object({ type: z.literal('restore'), to: z.string(), paths: z.array(z.string()).optional() }),
  z.object({ type: z.literal('discard'), path: z.string() }),
  z.object({ type: z.literal('delete'), path: z.string() }),
  z.object({ type: z.literal('merge'), branch: z.string() }),
  z.object({ type: z.literal('commit'), message: z.string() }),
  z.object({ type: z.literal('command'), side: z.enum(['before', 'after']), name: z.string() }),
]);

export type CheckpointCause = z.infer<typeof checkpointCauseSchema>;
