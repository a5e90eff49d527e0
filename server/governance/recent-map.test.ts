import { expect, test } from 'vitest';
import { recentMap } from './recent-map.ts';

test('a map holds no more than it may, and loses what was not asked for', () => {
  const map = recentMap<number>(100);
  map.set('kept', 0);
  for (let at = 1; at <= 1000; at += 1) {
    map.set(`k${at}`, at);
    expect(map.get('kept')).toBe(0);
  }
  expect([...map.entries()].length).toBeLessThanOrEqual(100);
  expect([map.get('k1'), map.get('k1000')]).toEqual([undefined, 1000]);
});

test('what is set again or removed has no second life in the older half', () => {
  const map = recentMap<number>(4);
  map.set('a', 1);
  map.set('b', 1);
  map.set('c', 1);
  map.set('a', 2);
  expect(map.get('a')).toBe(2);
  map.delete('b');
  expect([map.get('b'), [...map.entries()].filter(([key]) => key === 'a').length]).toEqual([undefined, 1]);
  map.clear();
  expect([...map.entries()]).toEqual([]);
});
