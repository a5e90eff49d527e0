import type { Finding } from './finding.ts';
import { valuesIn, type FoundValue } from './mask-place.ts';
import type { MaskedValue, Vault } from './vault.ts';

/** A text and what the detectors found in it. */
export type ScannedText = { text: string; isJson: boolean; findings: readonly Finding[] };

type Rules = {
  vault: Vault;
  /** Whether values of this kind are masked. */
  masks: (kind: { class: string; detector: string }) => boolean;
};

/**
 * What is to be masked in texts that leave together. A value that is found in one of them is masked in all of them, so this
 * goes on until no text tells of a new one.
 * @returns for each text the values in it, in rising order; every one of them is in the vault now
 */
export function settleValues(texts: readonly ScannedText[], { vault, masks }: Rules) {
  const added: MaskedValue[] = [];
  const isTaken = (placeholder: string) => texts.some(({ text }) => text.includes(placeholder));
  let values: FoundValue[][] = [];
  for (let turn = 0; turn < mostTurns; turn++) {
    values = texts.map(({ text, isJson, findings }) =>
      valuesIn(text, isJson, { findings: findings.filter(masks), vault }).filter(masks),
    );
    const before = added.length;
    for (const { value, detector, class: of } of values.flat()) {
      if (vault.find(value)) continue;
      added.push(vault.add({ placeholder: vault.propose({ detector, value }, isTaken), value, class: of, detector }));
    }
    if (added.length === before) break;
  }
  return { values, added };
}

/** A value within a value within a value is as far as this goes. */
const mostTurns = 4;
