import { z } from 'zod';
import { AppError } from '../../core/errors.ts';

export const pageQuery = z.object({
  limit: z.coerce.number().int().min(1).max(200).default(50).describe('How many at most'),
  cursor: z.string().max(200).optional().describe('The nextCursor of the page before'),
});

export function pageOf<T extends z.ZodType>(item: T) {
  return z.object({ items: z.array(item), nextCursor: z.string().nullable().describe('Null on the last page') });
}

/** One page of a list that is ordered and keyed by `keyOf`; the cursor is the last key, so new rows do not shift it. */
export function paged<T>(
  items: readonly T[],
  keyOf: (item: T) => string,
  query: { limit: number; cursor?: string | undefined },
): { items: T[]; nextCursor: string | null } {
  let start = 0;
  if (query.cursor !== undefined) {
    const key = Buffer.from(query.cursor, 'base64url').toString('utf8');
    const index = items.findIndex((item) => keyOf(item) === key);
    if (index < 0)
      throw new AppError(
        'invalid',
        'The cursor is not of this list, or its row is gone. Begin again without a cursor.',
      );
    start = index + 1;
  }
  const part = items.slice(start, start + query.limit);
  const last = part.at(-1);
  const more = start + part.length < items.length;
  return {
    items: part,
    nextCursor: more && last !== undefined ? Buffer.from(keyOf(last)).toString('base64url') : null,
  };
}
