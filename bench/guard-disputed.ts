import { createHash } from 'node:crypto';

/**
 * Rows of the public corpora whose label does not hold, by the beginning of the SHA-256 of their command; docs/guard-disputes.md says what
 * such rows do and why their label is disputed. Figures are given with and without them.
 */
const disputed = new Set([
  '2b0428b933c6451a',
  '12925477305d7a57',
  '3f5ddfeee5434870',
  '0db2730446f20254',
  '1f5a1d2b816fd3e3',
  '18626a0fe0f9260b',
  '0b154f94516676b2',
  '123c2c6a2e526d89',
  '1e36621544f13b7d',
  '24fc537a52d29845',
  '36f6ac39e6cd8f69',
  '0f8f5b44e847ee76',
]);

export function isDisputed(command: string): boolean {
  return disputed.has(createHash('sha256').update(command).digest('hex').slice(0, 16));
}
