import { expect, test } from 'vitest';
import { startRepeating } from './tasks.ts';

test('a task is done again and again, a failure included, until stopped', async () => {
  let turns = 0;
  const third = Promise.withResolvers<void>();
  const repeating = startRepeating([
    {
      name: 'count',
      everyMs: 1,
      run: async () => {
        turns += 1;
        if (turns === 3) third.resolve();
        if (turns === 2) throw new Error('once');
      },
    },
  ]);
  await third.promise;
  await repeating.stop();
  const seen = turns;
  await new Promise((resolve) => setImmediate(resolve));
  expect(turns).toBe(seen);
});

test('stopping does not wait for a long pause', async () => {
  const ran = Promise.withResolvers<void>();
  const repeating = startRepeating([{ name: 'rare', everyMs: 3_600_000, run: async () => ran.resolve() }]);
  await ran.promise;
  await repeating.stop();
});
