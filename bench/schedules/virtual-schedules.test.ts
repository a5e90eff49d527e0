import { beforeAll, expect, test } from 'vitest';
import { noOutcome, type Outcome } from './outcome.ts';
import { playVirtualSchedules } from './virtual-schedules.ts';

const schedules = 2_000;
let outcome: Outcome = noOutcome();

beforeAll(async () => {
  outcome = await playVirtualSchedules({ from: 1, count: schedules });
});

test('[CB1][CB60][CB61][CB62] 2,000 random schedules end equal everywhere, and nothing that was seen or called saved is lost', () => {
  expect(outcome.failures).toEqual([]);
  expect(outcome.schedules).toBe(schedules);
});

/** How often each kind of event must have happened at least, for the schedules to say something. */
const least: Record<string, number> = {
  insert: 20_000,
  delete: 8_000,
  'offline edit': 8_000,
  undo: 4_000,
  redo: 200,
  'command open': 5_000,
  'command create': 3_000,
  'command rename': 1_500,
  'command delete': 1_500,
  'command worktree': 4_000,
  'command accept': 1_500,
  'command restore': 1_500,
  connect: 15_000,
  disconnect: 3_000,
  'half-open line': 2_000,
  'frame of a former line': 1_000,
  'lost frame': 1_000,
  'repeated frame': 1_000,
  'slow reader': 500,
  'client crash': 1_000,
  kill: 3_000,
  'owner change': 1_500,
  'former owner wakes up': 1_500,
  'former owner learns it by its lease': 400,
  store: 20_000,
  'store failure': 1_500,
  'lost answer of the store': 700,
  compaction: 5_000,
  'client id claimed': 3_000,
  'right to edit taken': 1_000,
  'right to edit given': 200,
  meddle: 500,
  presence: 10_000,
};

test('each kind of event happened often enough', () => {
  const rare = Object.entries(least).filter(([event, times]) => (outcome.events.get(event) ?? 0) < times);
  expect(rare.map(([event, times]) => `${event}: ${outcome.events.get(event) ?? 0} of ${times}`)).toEqual([]);
});
