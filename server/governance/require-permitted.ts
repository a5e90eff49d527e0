import { AppError } from '../core/errors.ts';
import type { PolicyWord } from '../core/model-call.ts';
import type { PolicyQuestion } from '../core/policy-question.ts';
import { decide } from './decide.ts';

/** A denial for people: which rule, by title and id, and what to do. */
export function denialWords({ rules }: PolicyWord): string {
  return rules.map(({ id, title, advice }) => `“${title}” (${id}).${advice ? ` ${advice}` : ''}`).join(' ');
}

/**
 * Asks policies before something is done.
 * @param what what is not done when they deny, as the sentence begins: "The run was not started"
 * @throws AppError `forbidden` that names the rules and their advice
 */
export async function requirePermitted(question: PolicyQuestion, what: string): Promise<void> {
  const word = await decide(question);
  if (word.effect === 'allow') return;
  throw new AppError('forbidden', `${what}, by policy: ${denialWords(word)}`, {
    details: { reason: 'policy', rules: word.rules.map(({ id }) => id) },
  });
}
