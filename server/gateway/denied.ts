import type { DenialCause } from '../core/call-record.ts';
import type { PolicyWord } from '../core/model-call.ts';

/**
 * A call is not made, by a decision and not by a fault. `message` is for the person who asked: which rule, and what to do.
 */
export class Denied extends Error {
  override name = 'Denied';
  /** A budget's refusal is recorded where it is decided; the others are not yet. */
  readonly why: DenialCause;

  constructor(why: DenialCause, message: string) {
    super(message);
    this.why = why;
  }
}

export function deniedByPolicy(word: PolicyWord, model: string): Denied {
  return new Denied('policy', `The call to ${model} was denied by policy: ${ruleWords(word)}.`);
}

/** What policies said: every rule that denied, and its advice. Ends without a full stop. */
export function ruleWords(word: PolicyWord): string {
  const named = word.rules.map(
    ({ id, title, advice }) => `“${title}” (${id})${advice ? `. ${advice.replace(/\.$/, '')}` : ''}`,
  );
  return named.length === 0 ? 'no policy allows it' : named.join('; ');
}
