import { expect, test } from 'vitest';
import { savingState } from './saving-state.ts';

const state = (change: Partial<Parameters<typeof savingState>[0]>) =>
  savingState({ status: { kind: 'connected' }, unsaved: 0, storeError: undefined, loaded: true, ...change });

test.each([
  ['everything is stored', {}, 'All changes saved', 'good'],
  ['three edits are on their way', { unsaved: 3 }, 'Saving 3', 'busy'],
  ['the first connection is being made', { status: { kind: 'connecting' }, loaded: false }, 'Connecting', 'busy'],
  ['the connection is lost', { status: { kind: 'reconnecting' } }, 'Reconnecting', 'bad'],
  [
    'people type without a connection',
    { status: { kind: 'reconnecting' }, unsaved: 12 },
    'Offline: 12 edits kept',
    'bad',
  ],
  ['the server cannot store', { storeError: 'why', unsaved: 1 }, 'Cannot save: 1 edit kept', 'bad'],
  [
    'the room is closed for this person',
    { status: { kind: 'ended', reason: 'why' }, unsaved: 2 },
    'Disconnected: 2 edits not saved',
    'bad',
  ],
] as const)('when %s, the status bar says so', (_when, change, text, kind) => {
  expect(state(change)).toMatchObject({ text, kind });
});
