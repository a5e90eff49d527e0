import { z } from 'zod';

/** Fields of people and teams, with the words a form shows beside them. The browser uses the same. */

export const emailField = z
  .string()
  .trim()
  .toLowerCase()
  .max(254, 'An email address has at most 254 characters')
  .pipe(z.email('Write an email address, such as ana@example.com'));

export const passwordField = z
  .string()
  .min(10, 'Use at least 10 characters')
  .max(200, 'Use at most 200 characters')
  .refine((value) => new Set(value).size > 3, 'Use more than three different characters');

export const personNameField = z
  .string()
  .trim()
  .min(1, 'Write the name others will see')
  .max(80, 'Use at most 80 characters')
  .refine((value) => !hasControl(value), 'Use letters, digits, spaces and signs');

export const teamNameField = z
  .string()
  .trim()
  .min(1, 'Write a name for the team')
  .max(60, 'Use at most 60 characters')
  .refine((value) => !hasControl(value), 'Use letters, digits, spaces and signs');

const hasControl = (text: string) => /\p{Cc}/u.test(text);

/** The first problem with a value, or undefined: what a form shows beside the field. */
export function fieldProblem(field: z.ZodType, value: unknown): string | undefined {
  const parsed = field.safeParse(value);
  return parsed.success ? undefined : (parsed.error.issues[0]?.message ?? 'This value cannot be used');
}
