import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { startWorkClock } from './work-clock.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

test('the time of work ends at its limit', async () => {
  const clock = startWorkClock(1000);
  await vi.advanceTimersByTimeAsync(999);
  expect(clock.over.aborted).toBe(false);
  await vi.advanceTimersByTimeAsync(1);
  expect(clock.over.aborted).toBe(true);
});

test('[RN13] waiting for people does not count', async () => {
  const clock = startWorkClock(1000);
  await vi.advanceTimersByTimeAsync(400);
  const [first, second] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
  const waits = [clock.pausedFor(first.promise), clock.pausedFor(second.promise)];
  await vi.advanceTimersByTimeAsync(5000);
  first.resolve();
  await waits[0];
  await vi.advanceTimersByTimeAsync(5000);
  second.resolve();
  await waits[1];
  await vi.advanceTimersByTimeAsync(599);
  expect(clock.over.aborted).toBe(false);
  await vi.advanceTimersByTimeAsync(1);
  expect(clock.over.aborted).toBe(true);
});

test('a clock that was stopped stays silent, also when a wait ends later', async () => {
  const clock = startWorkClock(1000);
  const wait = Promise.withResolvers<void>();
  const waiting = clock.pausedFor(wait.promise);
  clock.stop();
  wait.resolve();
  await waiting;
  await vi.advanceTimersByTimeAsync(10_000);
  expect(clock.over.aborted).toBe(false);
});
