import { asc, eq } from 'drizzle-orm';
import { expect, test } from 'vitest';
import { schema } from '../../db/client.ts';
import { eventually, roomFixture } from '../../db/testing-room.ts';

const room = await roomFixture();

test('[CB1] two standard clients converge', async () => {
  const sessionId = await room.session();
  const ada = await room.enter(await room.person('developer', 'Ada'), sessionId);
  const bob = await room.enter(await room.person('developer', 'Bob'), sessionId);
  ada.doc.getText('scratch').insert(0, 'hello');
  await eventually(() => expect(bob.doc.getText('scratch').toJSON()).toBe('hello'));
  bob.doc.getText('scratch').insert(5, ' world');
  await eventually(() => expect(ada.doc.getText('scratch').toJSON()).toBe('hello world'));
});

test('[CB5] what was seen is there after a restart, in rows that never mix people', async () => {
  const sessionId = await room.session();
  const ada = await room.enter(await room.person('developer', 'Ada'), sessionId);
  const bob = await room.enter(await room.person('developer', 'Bob'), sessionId);
  ada.doc.getText('scratch').insert(0, 'a');
  await eventually(() => expect(bob.doc.getText('scratch').toJSON()).toBe('a'));
  bob.doc.getText('scratch').insert(1, 'b');
  await eventually(() => expect(ada.doc.getText('scratch').toJSON()).toBe('ab'));
  ada.provider.destroy();
  bob.provider.destroy();
  const rows = await room.db
    .select()
    .from(schema.roomUpdate)
    .where(eq(schema.roomUpdate.sessionId, sessionId))
    .orderBy(asc(schema.roomUpdate.id));
  expect(rows.filter((row) => row.kind === 'edit').map((row) => row.actorKind)).toEqual(['person', 'person']);
  expect(new Set(rows.filter((row) => row.kind === 'edit').map((row) => row.actorId)).size).toBe(2);
  await room.server.restart();
  const eve = await room.enter(await room.person('viewer', 'Eve'), sessionId);
  expect(eve.doc.getText('scratch').toJSON()).toBe('ab');
});
