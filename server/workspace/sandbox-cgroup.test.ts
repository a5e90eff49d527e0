import { expect, test } from 'vitest';
import { isLeftGroup } from './sandbox-cgroup.ts';

test('only groups of processes that are gone are left ones, so that two servers leave each other’s boxes alone', () => {
  expect(isLeftGroup(`ensemble-${process.ppid}-a1b2`)).toBe(false);
  expect(isLeftGroup('ensemble-4194305-a1b2')).toBe(true);
  expect(isLeftGroup('of-someone-else')).toBe(false);
});
