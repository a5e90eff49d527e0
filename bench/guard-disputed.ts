import { createHash } from 'node:crypto';

/**
 * Rows of the public corpora whose label does not hold, by the beginning of the SHA-256 of their command; docs/guard-disputes.md says what
 * such rows do and why their label is disputed. Figures are given with and without them.
 */
const disputed = new Set<string>([]);

export function isDisputed(command: string): boolean {
  return disputed.has(createHash('sha256').update(command).digest('hex').slice(0, 16));
}
