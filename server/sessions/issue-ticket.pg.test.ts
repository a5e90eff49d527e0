import { eq } from 'drizzle-orm';
import { expect, test } from 'vitest';
import { schema } from '../../db/client.ts';
import { roomFixture } from '../../db/testing-room.ts';
import { requirePerson } from '../auth/authorize.ts';
import { issueTicket } from './issue-ticket.ts';

const room = await roomFixture();

const stored = async (clientId: number) => {
  const [row] = await room.db.select().from(schema.roomTicket).where(eq(schema.roomTicket.clientId, clientId));
  return row;
};

test('[CB10] a ticket names its room, an own client id and when it ends; only its hash is stored', async () => {
  const sessionId = await room.session();
  const now = new Date('2026-05-05T12:00:00Z');
  const ada = { ...(await room.person()), now: () => now };
  const ticket = await issueTicket(ada, { sessionId });
  expect(ticket).toMatchObject({ room: sessionId, rights: ['view', 'comment', 'prompt', 'edit'] });
  expect(ticket.url).toMatch(/^ws:.*\/collab$/);
  expect(ticket.expiresAt).toEqual(new Date('2026-05-06T00:00:00Z'));
  const row = await stored(ticket.clientId);
  expect(row?.useBefore).toEqual(new Date('2026-05-05T12:01:00Z'));
  expect(JSON.stringify(row)).not.toContain(ticket.ticket);
  const audit = await room.db.select().from(schema.auditEntry).where(eq(schema.auditEntry.resourceId, sessionId));
  expect(audit.map((entry) => [entry.action, entry.actorId])).toEqual([['room.ticket', requirePerson(ada).personId]]);
});

test('[CB13] a ticket can have fewer rights than the role, and a token without the scope to write only looks', async () => {
  const sessionId = await room.session();
  const ada = await room.person();
  expect((await issueTicket(ada, { sessionId, rights: ['comment'] })).rights).toEqual(['view', 'comment']);
  expect((await issueTicket(await room.person('viewer'), { sessionId, rights: ['edit'] })).rights).toEqual(['view']);
  const reading = { ...ada, credential: { kind: 'api_token' as const, id: 'tok_x', scopes: ['read' as const] } };
  expect((await issueTicket(reading, { sessionId })).rights).toEqual(['view']);
});

test('[CB15] a client id can be asked for again by its owner and by nobody else', async () => {
  const sessionId = await room.session();
  const ada = await room.person();
  const { clientId } = await issueTicket(ada, { sessionId });
  expect((await issueTicket(ada, { sessionId, clientId })).clientId).toBe(clientId);
  await expect(issueTicket(await room.person(), { sessionId, clientId })).rejects.toMatchObject({ code: 'conflict' });
});

test('nobody of another team gets a ticket, and nobody one for an archived session', async () => {
  const sessionId = await room.session();
  const ada = await room.person();
  const stranger = { ...ada, actor: { kind: 'person' as const, personId: 'per_x', name: 'X', email: 'x@example.com' } };
  await expect(issueTicket(stranger, { sessionId })).rejects.toMatchObject({ code: 'not_found' });
  await room.db.update(schema.session).set({ archivedAt: new Date() }).where(eq(schema.session.id, sessionId));
  await expect(issueTicket(ada, { sessionId })).rejects.toMatchObject({ code: 'conflict' });
});
