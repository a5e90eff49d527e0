import type { HouseEffect } from './house-rule.ts';

/** A labelled action and what was said of it. */
export type JudgedCase = { id: string; label: HouseEffect; said: HouseEffect; rules: readonly string[] };

/** How often what was said: by what should have been said, then by what was. */
export type Confusion = {
  cases: number;
  counts: Record<HouseEffect, Record<HouseEffect, number>>;
  /** Of what should be denied, the share that was not silently allowed; null without such cases. */
  recall: number | null;
  /** Of what should be allowed, the share that was not. */
  friction: number | null;
  /** Of what should be asked, the share that was silently allowed. */
  askedTooLittle: number | null;
};

const none = () => ({ allow: 0, ask: 0, deny: 0 });

export function confusionOf(cases: readonly JudgedCase[]): Confusion {
  const counts = { allow: none(), ask: none(), deny: none() };
  for (const { label, said } of cases) counts[label][said] += 1;
  const sum = (of: HouseEffect) => counts[of].allow + counts[of].ask + counts[of].deny;
  const share = (part: number, of: HouseEffect) => (sum(of) === 0 ? null : part / sum(of));
  return {
    cases: cases.length,
    counts,
    recall: share(counts.deny.ask + counts.deny.deny, 'deny'),
    friction: share(counts.allow.ask + counts.allow.deny, 'allow'),
    askedTooLittle: share(counts.ask.allow, 'ask'),
  };
}
