import { z } from 'zod';
import { familyOf, type ActionFamily } from './action-family.ts';
import type { ApprovalNeeds } from './approval.ts';
import { houseEffects, type HouseEffect } from './house-rule.ts';
import type { Verdict } from './verdict.ts';

/** What a model says of an action beside the guard (docs/spec/guard.md, from GU60). */

/** How far it has a say: not at all, to be stricter, or also to let through what the guard would ask about. */
export const opinionModes = ['off', 'stricter', 'both'] as const;
export type OpinionMode = (typeof opinionModes)[number];

/** What a team chose, as far as the installation lets it. */
export function opinionModeOf(chosen: OpinionMode, most: OpinionMode = 'both'): OpinionMode {
  return opinionModes.indexOf(chosen) <= opinionModes.indexOf(most) ? chosen : most;
}

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

const answer = z.strictObject({ verdict: z.enum(houseEffects), reason: z.string().trim().min(1).max(1_000) });

/** What a model answered; undefined for anything but exactly one JSON object of the two members. */
export function readOpinion(text: string): z.infer<typeof answer> | undefined {
  try {
    return answer.safeParse(JSON.parse(text)).data;
  } catch {
    return undefined;
  }
}

/** What a model never lets through: it would judge what keeps it, or what cannot be taken back once it was read. */
const neverEased: readonly (ActionFamily | undefined)[] = ['secrets', 'tampering', 'house'];

/** Whether a model may let this through where its team lets it: the guard alone asks, and nobody in particular has to allow it. */
export function mayBeEased({ verdict, rules, by }: Said, needs: ApprovalNeeds | undefined): boolean {
  if (verdict !== 'ask' || by === 'house' || needs !== undefined) return false;
  return !rules.some((id) => neverEased.includes(familyOf(id)));
}

type Said = Verdict & { by?: 'guard' | 'house' };

const strictness: Record<HouseEffect, number> = { allow: 0, ask: 1, deny: 2 };

/**
 * The word on an action with a model's opinion: stricter, or let through where it may be. An opinion that has no effect stands beside the
 * word all the same.
 */
export function withOpinion<T extends Said>(
  said: T,
  opinion: SecondOpinion,
  mayEase: boolean,
): (T | (Verdict & { by: 'opinion' })) & { opinion: SecondOpinion } {
  const step = strictness[opinion.verdict] - strictness[said.verdict];
  if (step === 0 || (step < 0 && !(mayEase && opinion.verdict === 'allow'))) return { ...said, opinion };
  const { saferWay } = said;
  return {
    verdict: opinion.verdict,
    by: 'opinion',
    rules: [step > 0 ? 'opinion.stricter' : 'opinion.milder', ...said.rules],
    reason: `A second opinion: ${opinion.reason}`,
    ...(step > 0 && saferWay !== undefined && { saferWay }),
    opinion,
  };
}
