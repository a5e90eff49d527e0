import { expect, test } from 'vitest';
import type * as Y from 'yjs';
import { below, pick, random, type Random } from '../../bench/schedules/random.ts';
import { eventually, roomFixture } from '../../db/testing-room.ts';

const room = await roomFixture();

type Edit = { at: number; deleted: number; inserted: string };

/** How somebody writes: mostly letters at one place, now and then elsewhere, sometimes taking words back. */
function writeOn(next: Random, place: { at: number }, text: string): Edit {
  if (next() < 0.03) place.at = below(next, text.length + 1);
  const at = Math.min(place.at, text.length);
  if (at > 0 && next() < 0.12) {
    const deleted = Math.min(at, 1 + below(next, 4));
    place.at = at - deleted;
    return { at: at - deleted, deleted, inserted: '' };
  }
  const inserted = pick(next, ['a', 'e', 'n', ' ', 't', 'o', '\n', 'the ', 'é', '文']) ?? 'x';
  place.at = at + inserted.length;
  return { at, deleted: 0, inserted };
}

function carryOut(text: Y.Text, { at, deleted, inserted }: Edit): void {
  if (deleted > 0) text.delete(at, deleted);
  if (inserted !== '') text.insert(at, inserted);
}

test('[CB67] a text that three clients type in turns ends byte for byte as it was typed, also after a restart', async () => {
  const sessionId = await room.sessionWithText();
  const clients = [];
  for (const name of ['Ada', 'Bob', 'Cyn'])
    clients.push(await room.enter(await room.person('developer', name), sessionId));
  const next = random(1);
  const place = { at: 0 };
  let typed = '';
  for (let turn = 0; turn < 60; turn++) {
    const client = clients[turn % clients.length];
    if (!client) continue;
    await eventually(() => expect(client.text.toJSON()).toBe(typed));
    for (let edits = 0; edits < 50; edits++) {
      const edit = writeOn(next, place, typed);
      typed = typed.slice(0, edit.at) + edit.inserted + typed.slice(edit.at + edit.deleted);
      carryOut(client.text, edit);
    }
  }
  for (const { text } of clients) await eventually(() => expect(text.toJSON()).toBe(typed));
  await room.server.restart();
  const late = await room.enter(await room.person('viewer', 'Dan'), sessionId);
  expect(late.text.toJSON()).toBe(typed);
});
