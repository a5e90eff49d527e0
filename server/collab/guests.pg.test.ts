import { eq } from 'drizzle-orm';
import { expect, test } from 'vitest';
import { schema } from '../../db/client.ts';
import { eventually, roomFixture, type Client } from '../../db/testing-room.ts';
import { requirePerson } from '../auth/authorize.ts';
import { changeMemberRole } from '../auth/change-member-role.ts';
import { changeGuest, endGuest } from '../sessions/change-guest.ts';
import { issueTicket } from '../sessions/issue-ticket.ts';
import { knock } from '../sessions/knock.ts';
import { newGuest, newSessionLink, newVisitor } from '../sessions/testing-guests.ts';

const room = await roomFixture();
const scratch = ({ text }: Client) => text.toJSON();
const write = ({ text }: Client, words: string) => text.insert(0, words);
const users = ({ provider }: Client) =>
  [...provider.awareness.getStates().values()].map((state) => (state['user'] as { name?: string } | undefined)?.name);

/** The words with which the server closes a client. */
const goodbye = ({ provider }: Client) =>
  new Promise<{ code: number; reason: string }>((resolve) => provider.on('closed', resolve));

test('[CB80][CB83] a guest edits beside members, under a name that says what they are', async () => {
  const sessionId = await room.sessionWithText();
  const ada = await room.person('developer', 'Ada');
  const member = await room.enter(ada, sessionId);
  const { ctx } = await newGuest(ada, { sessionId, name: 'Bo' });
  const guest = await room.enter(ctx, sessionId);
  guest.provider.awareness.setLocalStateField('user', { id: 'per_1', name: 'Ada', kind: 'agent' });
  write(guest, 'hello');
  await eventually(() => expect(scratch(member)).toBe('hello'));
  await eventually(() => expect(users(member)).toContain('Bo (guest)'));
  const rows = await room.db.select().from(schema.roomUpdate).where(eq(schema.roomUpdate.sessionId, sessionId));
  expect(rows.map(({ actorId }) => actorId)).toContain(requirePerson(ctx).personId);
});

test('[CB80] whoever waits has no ticket, and one that a token asked for admits no guest', async () => {
  const sessionId = await room.sessionWithText();
  const ada = await room.person('developer', 'Ada');
  const { token } = await newSessionLink(ada, { sessionId });
  const { ctx } = await newVisitor(token);
  await knock(ctx, { token });
  await expect(issueTicket(ctx, { sessionId })).rejects.toMatchObject({ code: 'not_found' });
  const inside = await newGuest(ada, { sessionId });
  const { ticket } = await issueTicket(inside.ctx, { sessionId });
  await room.db
    .update(schema.roomTicket)
    .set({ authSessionId: null })
    .where(eq(schema.roomTicket.personId, inside.personId));
  expect(await (await room.enter(inside.ctx, sessionId, { ticket, wait: false })).closed).toBe(4401);
});

test('[CB82] a guest who may only view from now on is refused, sees on and is seen', async () => {
  const sessionId = await room.sessionWithText();
  const ada = await room.person('developer', 'Ada');
  const member = await room.enter(ada, sessionId);
  const { ctx, guestId } = await newGuest(ada, { sessionId });
  const guest = await room.enter(ctx, sessionId);
  write(guest, 'before');
  await eventually(() => expect(scratch(member)).toBe('before'));
  await changeGuest(ada, { sessionId, guestId, level: 'view' });
  const rightsOf = () =>
    [...room.server.collab.rooms.loaded()]
      .flatMap(({ connections }) => [...connections])
      .find(({ participant }) => participant.personId === requirePerson(ctx).personId)?.participant.rights;
  await eventually(() => expect(rightsOf()).toEqual(['view']));
  write(guest, 'refused ');
  guest.provider.awareness.setLocalStateField('file', 'x');
  await eventually(() =>
    expect(member.provider.awareness.getStates().get(guest.clientId)).toMatchObject({ file: 'x' }),
  );
  expect(scratch(member)).toBe('before');
});

test('[CB81] a guest who was thrown out is told why on every server within a second, and does not come back', async () => {
  const sessionId = await room.sessionWithText();
  const ada = await room.person('developer', 'Ada');
  const { ctx, guestId } = await newGuest(ada, { sessionId });
  const guest = await room.enter(ctx, sessionId);
  const said = goodbye(guest);
  const startedAt = performance.now();
  await endGuest(ada, { sessionId, guestId });
  expect(await said).toMatchObject({ code: 4404, reason: expect.stringContaining('ended your access') });
  expect(performance.now() - startedAt).toBeLessThan(1000);
  await expect(issueTicket(ctx, { sessionId })).rejects.toThrow('ended your access');
  const again = await room.enter(ctx, sessionId, { ticket: guest.ticket, wait: false });
  expect(await again.closed).toBe(4404);
});

test('[CB81] a guest whose time runs out is told so without a notice', { timeout: 30_000 }, async () => {
  const sessionId = await room.sessionWithText();
  const ada = await room.person('developer', 'Ada');
  const { ctx } = await newGuest(ada, { sessionId });
  const guest = await room.enter(ctx, sessionId);
  const said = goodbye(guest);
  await room.db
    .update(schema.sessionGuest)
    .set({ expiresAt: new Date() })
    .where(eq(schema.sessionGuest.sessionId, sessionId));
  expect(await said).toMatchObject({ code: 4404, reason: expect.stringContaining('has run out') });
});

test('[CB84] a guest goes when whoever answers for them may not share any more', async () => {
  const sessionId = await room.sessionWithText();
  const ada = await room.person('developer', 'Ada');
  const admin = await room.person('admin', 'Eva');
  const guest = await room.enter((await newGuest(ada, { sessionId })).ctx, sessionId);
  const other = await room.enter((await newGuest(admin, { sessionId, name: 'Cy' })).ctx, sessionId);
  const said = goodbye(guest);
  await changeMemberRole(admin, { teamId: room.teamId, personId: requirePerson(ada).personId, role: 'viewer' });
  expect((await said).code).toBe(4404);
  expect(other.provider.wsconnected).toBe(true);
});
