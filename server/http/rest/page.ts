import { z } from 'zod';
import { AppError } from '../../core/errors.ts';

export const pageQuery = z.object({
  limit: z.coerce.number().int().min(1).max(200).default(50).describe('How many at most'),
  cursor: z.string().max(8_000).optional().describe('The nextCursor of the page before'),
});

export function pageOf<T extends z.ZodType>(item: T) {
  return z.object({ items: z.array(item), nextCursor: z.string().nullable().describe('Null on the last page') });
}

type PageQuery = { limit: number; cursor?: string | undefined };
type Page<T> = { items: T[]; nextCursor: string | null };

/** One page of a list in an order of its own; the cursor names the last row, so that new rows do not shift it. */
export function paged<T>(items: readonly T[], keyOf: (item: T) => string, query: PageQuery): Page<T> {
  if (query.cursor === undefined) return pageFrom(items, keyOf, { start: 0, limit: query.limit });
  const key = keyOfCursor(query.cursor);
  const index = items.findIndex((item) => keyOf(item) === key);
  if (index < 0)
    throw new AppError('invalid', 'The cursor is not of this list, or its row is gone. Begin again without a cursor.');
  return pageFrom(items, keyOf, { start: index + 1, limit: query.limit });
}

/** One page of a list that is put in the order of its keys; it goes on even when the cursor's row is gone. */
export function pagedByKey<T>(items: readonly T[], keyOf: (item: T) => string, query: PageQuery): Page<T> {
  const sorted = items.toSorted((a, b) => compare(keyOf(a), keyOf(b)));
  const after = query.cursor === undefined ? undefined : keyOfCursor(query.cursor);
  const start = after === undefined ? 0 : sorted.findIndex((item) => compare(keyOf(item), after) > 0);
  return pageFrom(sorted, keyOf, { start: start < 0 ? sorted.length : start, limit: query.limit });
}

const compare = (a: string, b: string) => (a < b ? -1 : a > b ? 1 : 0);
const keyOfCursor = (cursor: string) => Buffer.from(cursor, 'base64url').toString('utf8');

function pageFrom<T>(
  items: readonly T[],
  keyOf: (item: T) => string,
  { start, limit }: { start: number; limit: number },
): Page<T> {
  const part = items.slice(start, start + limit);
  const last = part.at(-1);
  const more = start + part.length < items.length;
  return {
    items: part,
    nextCursor: more && last !== undefined ? Buffer.from(keyOf(last)).toString('base64url') : null,
  };
}
