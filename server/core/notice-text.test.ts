import { expect, test } from 'vitest';
import type { SessionEventBody } from './session-event.ts';
import { emptyTranscript, foldEvents } from './transcript.ts';
import { noticeText } from './notice-text.ts';

const actor = { kind: 'system', id: 'budget', name: 'budget' } as const;

test.each([
  ['warned', 'run', 'for this run has come to 80 %: $8.00 of $10.00 is spent'],
  ['blocked', 'person', 'for who asked refused a model call: $8.00 of $10.00 is spent'],
] as const)('[BU10] that a budget %s shows in the session', (outcome, scope, words) => {
  const amounts = { percent: 80, spentMicroUsd: 8_000_000, limitMicroUsd: 10_000_000 };
  const body: SessionEventBody = { type: 'budget_reached', runId: 'run_1', scope, outcome, ...amounts };
  const { items } = foldEvents(emptyTranscript(), [{ seq: 1, at: '2026-11-21T12:00:00.000Z', actor, body }]);
  const [item] = items;
  expect(item?.kind === 'notice' && noticeText(item)).toBe(words);
});

test.each([
  [['a.pem'], 1, false, 'began without a.pem, which policy closes to it'],
  [
    ['a.pem', 'b.pem'],
    2,
    true,
    'began without a.pem and b.pem, which policy closes to it, and without the repository’s history',
  ],
  [['a.pem', 'b.pem'], 12, false, 'began without a.pem and 11 more, which policy closes to it'],
  [[], 0, true, 'began without the repository’s history, which holds files that policy closes to it'],
])('[AG54] which files a run began without is told: %j of %d, history %j', (paths, count, history, words) => {
  const body: SessionEventBody = { type: 'files_closed', runId: 'run_1', paths, count, history };
  const { items } = foldEvents(emptyTranscript(), [{ seq: 1, at: '2026-11-21T12:00:00.000Z', actor, body }]);
  const [item] = items;
  expect(item?.kind === 'notice' && noticeText(item)).toBe(words);
});

test.each([
  [['notes'], [], 'began with the MCP servers notes'],
  [
    ['notes', 'docs'],
    ['tickets'],
    'began with the MCP servers notes, docs; not given: tickets (no admin has allowed it)',
  ],
  [[], ['tickets'], 'began without MCP servers; not given: tickets (no admin has allowed it)'],
])('[AG110] which MCP servers a run began with is told: %j, and not %j', (names, missing, words) => {
  const refused = missing.map((name) => ({ name, reason: 'no admin has allowed it' }));
  const body: SessionEventBody = { type: 'mcp_servers_given', runId: 'run_1', names, refused };
  const { items } = foldEvents(emptyTranscript(), [{ seq: 1, at: '2026-11-21T12:00:00.000Z', actor, body }]);
  const [item] = items;
  expect(item?.kind === 'notice' && noticeText(item)).toBe(words);
});
