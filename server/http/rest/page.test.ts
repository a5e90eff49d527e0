import { expect, test } from 'vitest';
import { paged, pagedByKey } from './page.ts';

const key = (item: string) => item;

function all(page: (cursor: string | undefined) => { items: string[]; nextCursor: string | null }): string[] {
  const seen: string[] = [];
  let cursor: string | undefined;
  do {
    const { items, nextCursor } = page(cursor);
    seen.push(...items);
    cursor = nextCursor ?? undefined;
  } while (cursor !== undefined);
  return seen;
}

test('pages put together are the list, in its order', () => {
  const items = ['c', 'a', 'é', 'b', 'z'];
  expect(all((cursor) => paged(items, key, { limit: 2, cursor }))).toEqual(items);
  expect(all((cursor) => pagedByKey(items, key, { limit: 2, cursor }))).toEqual(['a', 'b', 'c', 'z', 'é']);
});

test('a list in its own order says that a cursor’s row is gone; one by key goes on after it', () => {
  const { nextCursor } = paged(['a', 'b', 'c'], key, { limit: 2 });
  expect(() => paged(['a', 'c'], key, { limit: 2, cursor: nextCursor ?? '' })).toThrow('Begin again');
  expect(pagedByKey(['a', 'c'], key, { limit: 2, cursor: nextCursor ?? '' }).items).toEqual(['c']);
});

test('the last page has no cursor, also when it is full or empty', () => {
  expect(paged(['a', 'b'], key, { limit: 2 }).nextCursor).toBeNull();
  expect(paged([], key, { limit: 2 })).toEqual({ items: [], nextCursor: null });
});
