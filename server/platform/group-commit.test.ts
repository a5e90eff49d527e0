import { expect, test } from 'vitest';
import { GroupCommit } from './group-commit.ts';

/** A writer whose batches end when the test says so. */
function heldWriter() {
  const batches: { items: readonly number[]; end: (error?: Error) => void }[] = [];
  const write = (items: readonly number[]) =>
    new Promise<readonly number[]>((resolve, reject) => {
      batches.push({ items, end: (error) => (error ? reject(error) : resolve(items.map((item) => item * 2))) });
    });
  return { batches, write };
}

const turn = () => new Promise(setImmediate);
const refusedBy = (code: string) => Object.assign(new Error('refused'), { code });

test('what arrives in one turn is one batch, what arrives meanwhile the next, none larger than the most', async () => {
  const { batches, write } = heldWriter();
  const group = new GroupCommit(write, { mostAtOnce: 2 });
  const first = [1, 2, 3].map((item) => group.add(item));
  await turn();
  const later = group.add(4);
  batches[0]?.end();
  await turn();
  batches[1]?.end();
  expect(await Promise.all([...first, later])).toEqual([2, 4, 6, 8]);
  expect(batches.map(({ items }) => items)).toEqual([
    [1, 2],
    [3, 4],
  ]);
  await group.settled();
});

test('items of a batch that is refused for its content are tried one by one, and one fails alone', async () => {
  const tried: (readonly number[])[] = [];
  const group = new GroupCommit(
    (items: readonly number[]) => {
      tried.push(items);
      return items.includes(2) ? Promise.reject(refusedBy('22P05')) : Promise.resolve(items);
    },
    { mostAtOnce: 10 },
  );
  const outcomes = await Promise.allSettled([1, 2, 3].map((item) => group.add(item)));
  expect(outcomes.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
  expect(tried).toEqual([[1, 2, 3], [1], [2], [3]]);
});

test('a store that is away fails the batch, once, and the next one is tried', async () => {
  const { batches, write } = heldWriter();
  const group = new GroupCommit(write, { mostAtOnce: 10 });
  const failing = Promise.allSettled([group.add(1), group.add(2)]);
  await turn();
  batches[0]?.end(refusedBy('57P01'));
  expect((await failing).map(({ status }) => status)).toEqual(['rejected', 'rejected']);
  const next = group.add(3);
  await turn();
  batches[1]?.end();
  expect(await next).toBe(6);
  expect(batches).toHaveLength(2);
});

test('who lingers takes what arrives meanwhile, and writes at once when hurried or full', async () => {
  const { batches, write } = heldWriter();
  const group = new GroupCommit(write, { mostAtOnce: 3, lingerMs: 1_000_000 });
  const first = group.add(1);
  await turn();
  const second = group.add(2);
  await turn();
  expect(batches).toHaveLength(0);
  const flushed = group.flushed();
  await turn();
  batches[0]?.end();
  await flushed;
  expect(await Promise.all([first, second])).toEqual([2, 4]);
  const full = [3, 4, 5].map((item) => group.add(item));
  await turn();
  batches[1]?.end();
  expect(await Promise.all(full)).toEqual([6, 8, 10]);
  expect(batches.map(({ items }) => items)).toEqual([
    [1, 2],
    [3, 4, 5],
  ]);
});

test('what is hurried while a write is under way does not linger after it', async () => {
  const { batches, write } = heldWriter();
  const group = new GroupCommit(write, { mostAtOnce: 1, lingerMs: 1_000_000 });
  const both = [1, 2].map((item) => group.add(item));
  await turn();
  const settled = group.settled();
  batches[0]?.end();
  await turn();
  batches[1]?.end();
  await settled;
  expect(await Promise.all(both)).toEqual([2, 4]);
});
