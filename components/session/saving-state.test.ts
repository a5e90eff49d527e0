import { expect, test } from 'vitest';
import { savingState } from './saving-state.ts';

const state = (change: Partial<Parameters<typeof savingState>[0]>) =>
  savingState({
    status: { kind: 'connected' },
    unsaved: 0,
    keeping: 'browser',
    storeError: undefined,
    loaded: true,
    ...change,
  });
const reconnecting = { kind: 'reconnecting', reason: undefined } as const;

test.each([
  ['everything is stored', {}, 'All changes saved', 'good'],
  ['three edits are on their way', { unsaved: 3 }, 'Saving 3', 'busy'],
  [
    'the first connection is being made',
    { status: { kind: 'connecting', reason: undefined }, loaded: false },
    'Connecting',
    'busy',
  ],
  [
    'edits of an earlier visit wait for the first connection',
    { status: { kind: 'connecting', reason: undefined }, loaded: false, unsaved: 2 },
    'Offline: 2 edits kept',
    'bad',
  ],
  ['the connection is lost', { status: reconnecting }, 'Reconnecting', 'bad'],
  ['people type without a connection', { status: reconnecting, unsaved: 12 }, 'Offline: 12 edits kept', 'bad'],
  ['the server cannot store', { storeError: 'why', unsaved: 1 }, 'Cannot save: 1 edit kept', 'bad'],
  [
    'the sign-in ended',
    { status: { kind: 'ended', why: 'signed_out', reason: 'why' }, unsaved: 2 },
    'Signed out: 2 edits kept',
    'bad',
  ],
  [
    'the room is closed for this person',
    { status: { kind: 'ended', why: 'closed', reason: 'why' } },
    'Disconnected',
    'bad',
  ],
] as const)('[CB90] when %s, the status bar says so', (_when, change, text, kind) => {
  expect(state(change)).toMatchObject({ text, kind });
});

test('[CB98] a browser that stores nothing is no place to leave edits in, and the status bar says so', () => {
  expect(state({ status: reconnecting, unsaved: 1, keeping: 'tab' }).title).toContain('only in this tab');
});
