import { expect, test, vi } from 'vitest';
import { newId } from './ids.ts';

test('an id says what it names and does not repeat', () => {
  const ids = new Set(Array.from({ length: 2_000 }, () => newId('run')));
  expect(ids.size).toBe(2_000);
  for (const id of ids) expect(id).toMatch(/^run_[0-9a-hjkmnp-tv-z]{26}$/);
});

test('ids sort by the time of their making', () => {
  vi.useFakeTimers();
  try {
    const made = [1_000, 1_001, 50_000, 4_000_000_000_000].map((at) => {
      vi.setSystemTime(at);
      return newId('ses');
    });
    expect(made.toSorted()).toEqual(made);
  } finally {
    vi.useRealTimers();
  }
});

test('ids of one millisecond sort by the order of their making', () => {
  vi.useFakeTimers({ now: 1_000 });
  try {
    const made = Array.from({ length: 10_000 }, () => newId('gdn'));
    expect(made.toSorted()).toEqual(made);
  } finally {
    vi.useRealTimers();
  }
});
