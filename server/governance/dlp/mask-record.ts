import { withReplaced } from '../../core/dlp/mask-place.ts';
import { openAfterMatches } from '../../core/dlp/restore.ts';
import type { Vault } from '../../core/dlp/vault.ts';
import { openScope, type Scope } from './scope.ts';

/** Masks what a session knows in the texts that are kept of it: answers reach agents with real values (DL19). */
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
    mask: async (text) => maskedBy((await openScope(scope)).vault, text),
    async maskPiece(text) {
      const { vault } = await openScope(scope);
      const open = openAfterMatches(text, vault.known(false));
      return { kept: maskedBy(vault, text.slice(0, open)), held: text.slice(open) };
    },
  };
}

/** Also where a value stands as JSON writes it, as in the arguments of tools. */
function maskedBy(vault: Vault, text: string): string {
  if (vault.size === 0) return text;
  const plain = withReplaced(text, vault.knownIn(text, false), ({ value }) => value.placeholder);
  return withReplaced(plain, vault.knownIn(plain, true), ({ value }) => value.placeholder);
}
