import { z } from 'zod';
import { houseEffects } from './house-rule.ts';

/** How far a model has a say beside the guard. */
export const opinionModes = ['off', 'stricter', 'both'] as const;
export type OpinionMode = (typeof opinionModes)[number];

/** A model's opinion on an action, as it is kept and shown. */
export const secondOpinion = z.object({
  verdict: z.enum(houseEffects),
  reason: z.string(),
  /** The alias that was asked. */
  model: z.string(),
  /** The id of the request in the record of calls; undefined when the gateway told none. */
  requestId: z.string().optional(),
});
export type SecondOpinion = z.infer<typeof secondOpinion>;
