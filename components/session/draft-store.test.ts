import { expect, test } from 'vitest';
import { DraftStore } from './draft-store.ts';

function storage() {
  const kept = new Map<string, string>();
  return {
    getItem: (key: string) => kept.get(key) ?? null,
    setItem: (key: string, value: string) => void kept.set(key, value),
  };
}
const sent = { id: 'o1', at: '2026-01-01T00:00:00.000Z' };

test('[CV40] what is written outlives a reload', () => {
  const box = storage();
  const before = new DraftStore('k', box);
  before.write('Round the totals');
  before.attach({ kind: 'file', path: 'src/money.ts' });
  before.attach({ kind: 'file', path: 'src/money.ts' });
  expect(new DraftStore('k', box).get()).toMatchObject({
    text: 'Round the totals',
    attachments: [{ kind: 'file', path: 'src/money.ts' }],
  });
});

test('[CV40] refused words are the draft again, before what was written meanwhile', () => {
  const store = new DraftStore('k', storage());
  store.write('First');
  store.send('queue', sent);
  expect(store.get()).toMatchObject({ text: '', outgoing: [{ text: 'First' }] });
  store.write('Second');
  store.failed('o1');
  expect(store.get()).toEqual({ text: 'First\n\nSecond', attachments: [], outgoing: [] });
});

test('[CV40] words whose answer never came are the draft again after a reload', () => {
  const box = storage();
  const store = new DraftStore('k', box);
  store.write('First');
  store.send('steer', sent);
  expect(new DraftStore('k', box).get()).toEqual({ text: 'First', attachments: [], outgoing: [] });
  store.arrived('o1');
  expect(new DraftStore('k', box).get().text).toBe('');
});

test('[CV40] a storage that fails or holds something else loses nothing of the page', () => {
  const full = {
    getItem: () => '{"text":3',
    setItem: () => {
      throw new Error('full');
    },
  };
  const store = new DraftStore('k', full);
  store.write('Still here');
  expect(store.get().text).toBe('Still here');
});
