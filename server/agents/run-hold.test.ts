import { expect, test, vi } from 'vitest';
import { raceEnd } from './run-hold.ts';

test('work that fails after its hold has ended troubles nobody', async () => {
  const unhandled = vi.fn();
  process.on('unhandledRejection', unhandled);
  const ended = new AbortController();
  ended.abort(new Error('the hold has ended'));
  const work = Promise.withResolvers<void>();
  await expect(raceEnd(work.promise, ended.signal)).rejects.toThrow('the hold has ended');
  work.reject(new Error('too late'));
  // Node tells of unhandled rejections after the microtasks of this turn.
  await new Promise((resolve) => setImmediate(resolve));
  process.off('unhandledRejection', unhandled);
  expect(unhandled).not.toHaveBeenCalled();
});

test('the end of the hold wins over work that goes on', async () => {
  const ended = new AbortController();
  const race = raceEnd(new Promise(() => undefined), ended.signal);
  ended.abort(new Error('the hold has ended'));
  await expect(race).rejects.toThrow('the hold has ended');
});

test('work that is done in time is handed on', async () => {
  expect(await raceEnd(Promise.resolve(7), new AbortController().signal)).toBe(7);
});
