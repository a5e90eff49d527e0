import { onlyReads } from './plain-reads.ts';
import type { RunMode } from './session-event.ts';

/** Of an action what a mode looks at. */
type Acting = { kind: string; command?: string };

/**
 * Whether nobody is asked about an action of a run in this mode, when nothing else speaks against it. What the guard let through
 * in the mode `auto` is not in it: there the guard has the say.
 */
export function isFreeInMode({ kind, command }: Acting, mode: RunMode): boolean {
  if (kind === 'read') return true;
  if (kind === 'edit') return mode !== 'ask';
  return kind === 'command' && command !== undefined && onlyReads(command);
}

/** In the mode Edit files are changed freely: what the guard would ask about is in the suggestion, for people to take or leave. */
export const isLeftToReview = ({ kind }: Acting, said: { verdict: string; by?: string }, mode: RunMode): boolean =>
  mode === 'edit' && kind === 'edit' && said.verdict === 'ask' && said.by !== 'house';
