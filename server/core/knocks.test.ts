import { expect, test } from 'vitest';
import { knockMs } from './guest-access.ts';
import { foldKnock, openKnocks, type Knock } from './knocks.ts';
import type { SessionEvent, SessionEventBody } from './session-event.ts';

const at = '2026-03-01T10:00:00.000Z';
const by = { kind: 'person', id: 'per_1', name: 'Bo (guest)' } as const;
const bo = { guestId: 'gst_bo', name: 'Bo (guest)' };
const cy = { guestId: 'gst_cy', name: 'Cy (guest)' };

function waiting(...bodies: SessionEventBody[]): readonly Knock[] {
  const events = bodies.map((body, index): SessionEvent => ({ seq: index + 1, at, actor: by, body }));
  return events.reduce(foldKnock, []);
}

const knocked = { type: 'guest_knocked', ...bo, level: 'edit' } as const;

test('[AC28] whoever knocked waits, first come first, and knocking twice is one knock', () => {
  const other = { type: 'guest_knocked', ...cy, level: 'view' } as const;
  expect(waiting(knocked, other).map(({ name }) => name)).toEqual(['Bo (guest)', 'Cy (guest)']);
  expect(waiting(knocked, other, knocked).map(({ name }) => name)).toEqual(['Cy (guest)', 'Bo (guest)']);
});

test.each<SessionEventBody>([
  { type: 'guest_admitted', ...bo, level: 'edit', asked: true },
  { type: 'guest_denied', ...bo },
  { type: 'guest_revoked', ...bo },
  { type: 'guest_left', ...bo, wasIn: false },
])('[AC28] nobody waits after $type', (body) => {
  expect(waiting(knocked, body)).toEqual([]);
});

test('[AC28] other entries change nothing', () => {
  const knocks = waiting(knocked);
  expect(foldKnock(knocks, { seq: 9, at, actor: by, body: { type: 'guest_denied', ...cy } })).toBe(knocks);
  expect(foldKnock(knocks, { seq: 9, at, actor: by, body: { type: 'session_renamed', title: 'x' } })).toBe(knocks);
});

test('[AC28] a knock waits for an hour', () => {
  const knocks = waiting(knocked);
  expect(openKnocks(knocks, Date.parse(at) + knockMs - 1)).toHaveLength(1);
  expect(openKnocks(knocks, Date.parse(at) + knockMs)).toEqual([]);
});
