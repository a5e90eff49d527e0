import { expect, test } from 'vitest';
import { Awareness } from 'y-protocols/awareness';
import * as Y from 'yjs';
import { readParticipants } from './room-presence.ts';

function draftShown(state: Record<string, unknown>): string | undefined {
  const awareness = new Awareness(new Y.Doc());
  awareness.setLocalState({ user: { id: 'per_1', name: 'Bo', color: '#0b6aa8', kind: 'person' }, ...state });
  const [participant] = readParticipants(awareness);
  awareness.destroy();
  return participant?.draft;
}

test('[CV41] a draft is seen only while its writer shares it, up to a bound, and only when it is text', () => {
  expect(draftShown({})).toBeUndefined();
  expect(draftShown({ draft: null })).toBeUndefined();
  expect(draftShown({ draft: { html: 'x' } })).toBeUndefined();
  expect(draftShown({ draft: 'Round the totals' })).toBe('Round the totals');
  expect(draftShown({ draft: 'x'.repeat(5_000) })).toHaveLength(2_000);
});
