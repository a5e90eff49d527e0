import { findIn, withReplaced } from '../../core/dlp/mask-place.ts';
import { openAfterMatches } from '../../core/dlp/restore.ts';
import { settleValues } from '../../core/dlp/settle-values.ts';
import type { Vault } from '../../core/dlp/vault.ts';
import { dlpRules, type DlpRules } from './rules.ts';
import { openScope, saveMaskedValues, type OpenScope, type Scope } from './scope.ts';

/**
 * Masks what a session knows in the texts that are kept of it: answers reach agents with real values (DL19). What is found in a
 * whole text becomes known (DL20).
 */
export type RecordMask = {
  /** A whole text. */
  mask(text: string): Promise<string>;
  /**
   * A piece of a text that comes in pieces. @returns what may be kept now; `held` is put before the next piece, or kept when
   * there is none
   */
  maskPiece(text: string): Promise<{ kept: string; held: string }>;
};

export function recordMask(scope: Scope): RecordMask {
  return {
    async mask(text) {
      const [rules, open] = await Promise.all([dlpRules(scope.teamId), openScope(scope)]);
      if (learn(text, open, rules)) await saveMaskedValues(open);
      return maskedBy(open.vault, text);
    },
    async maskPiece(text) {
      const { vault } = await openScope(scope);
      const open = openAfterMatches(text, vault.known(false));
      return { kept: maskedBy(vault, text.slice(0, open)), held: text.slice(open) };
    },
  };
}

/**
 * Output of commands is recorded before any model reads it, so what no request told yet is looked for here. Names and addresses of people
 * stand in every second file; they are masked where they leave, not in the record. @returns whether there is something new
 */
function learn(text: string, { vault, unsaved }: OpenScope, { scan }: DlpRules): boolean {
  const isJson = /^\s*[[{]/.test(text);
  const findings = findIn(text, isJson, scan).filter((finding) => finding.class !== 'personal');
  if (findings.length === 0) return false;
  const { added } = settleValues([{ text, isJson, findings }], { vault, masks: () => true });
  for (const entry of added) unsaved.set(entry.placeholder, entry);
  return added.length > 0;
}

/** Also where a value stands as JSON writes it, as in the arguments of tools. */
function maskedBy(vault: Vault, text: string): string {
  if (vault.size === 0) return text;
  const plain = withReplaced(text, vault.knownIn(text, false), ({ value }) => value.placeholder);
  return withReplaced(plain, vault.knownIn(plain, true), ({ value }) => value.placeholder);
}
