import { afterAll, beforeAll, expect, test } from 'vitest';
import { setDatabaseUrl } from '../../db/client.ts';
import { testDatabase } from '../../db/testing.ts';
import { closeNotifications } from '../../server/platform/notifications.ts';
import { noOutcome, type Outcome } from './outcome.ts';
import { playRealSchedules } from './real-schedules.ts';

const schedules = 60;
const database = await testDatabase();
let outcome: Outcome = noOutcome();

beforeAll(async () => {
  setDatabaseUrl(database.url);
  outcome = await playRealSchedules({ db: database.db, databaseUrl: database.url, from: 1, count: schedules });
});
afterAll(() => closeNotifications());

test('[CB5][CB63] 60 random schedules with real sockets, Postgres and kill -9 end equal everywhere, with nothing lost', () => {
  expect(outcome.failures).toEqual([]);
  expect(outcome.schedules).toBe(schedules);
});

/** How often each kind of event must have happened at least. */
const least: Record<string, number> = {
  insert: 400,
  delete: 150,
  'offline edit': 150,
  undo: 100,
  redo: 4,
  disconnect: 60,
  reconnect: 60,
  'client crash': 20,
  'cut connections': 8,
  'cut database connections': 8,
  'kill -9': 30,
  'paused owner': 10,
  'command open': 120,
  'command create': 30,
  'command rename': 20,
  'command delete': 8,
  'command worktree': 20,
};

test('each kind of event happened often enough', () => {
  const rare = Object.entries(least).filter(([event, times]) => (outcome.events.get(event) ?? 0) < times);
  expect(rare.map(([event, times]) => `${event}: ${outcome.events.get(event) ?? 0} of ${times}`)).toEqual([]);
});
