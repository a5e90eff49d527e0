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
