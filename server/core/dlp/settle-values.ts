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

/** A part of a text that is to be masked, by what. */
export type MaskedPlace = { start: number; end: number; by: MaskedValue };

/**
 * What is to be masked in texts that leave together. A value that is found in one of them is masked in all of them, so this
 * goes on until no text tells of a new one.
 * @returns for each text its places, in rising order without overlaps; `added` is what the vault has since
 */
export function settleValues(texts: readonly ScannedText[], { vault, masks }: Rules) {
  const added: MaskedValue[] = [];
  const isTaken = (placeholder: string) => texts.some(({ text }) => text.includes(placeholder));
  for (let turn = 0; ; turn++) {
    const before = added.length;
    const places = texts.map(({ text, isJson, findings }) =>
      valuesIn(text, isJson, { findings, vault, masks }).map((found): MaskedPlace => {
        const known = vault.find(found.value);
        if (known) return { start: found.start, end: found.end, by: known };
        const by = vault.add(proposed(found, vault, isTaken));
        added.push(by);
        return { start: found.start, end: found.end, by };
      }),
    );
    if (added.length === before || turn === mostTurns) return { places, added };
  }
}

/** A value within a value within a value is as far as this goes. */
const mostTurns = 4;

function proposed(found: FoundValue, vault: Vault, isTaken: (placeholder: string) => boolean): MaskedValue {
  // A copy: a part of a text would keep all of it in memory.
  const value = [...found.value].join('');
  return { placeholder: vault.propose(found, isTaken), value, class: found.class, detector: found.detector };
}
