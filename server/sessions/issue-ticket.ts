import { randomInt } from 'node:crypto';
import { and, eq } from 'drizzle-orm';
import { z } from 'zod';
import { schema } from '../../db/client.ts';
import { appendAudit } from '../audit/append.ts';
import { authorizeParticipant, type ParticipantAccess } from '../auth/authorize-participant.ts';
import { withTransaction, type Context } from '../context.ts';
import { AppError } from '../core/errors.ts';
import { limitRights, sessionRights, type SessionRight } from '../core/permissions.ts';
import { env } from '../platform/env.ts';
import { newId } from '../platform/ids.ts';
import { hashSecret, newSecret } from '../platform/secrets.ts';

const firstUseMs = 60_000;
const lifeMs = 12 * 60 * 60 * 1000;
/** Ids below are the server's own. */
const smallestClientId = 1_000;
const largestClientId = 2 ** 32 - 1;

export const issueTicketInput = z.object({
  sessionId: z.string(),
  /** Fewer rights than the role or the link gives. */
  rights: z.array(z.enum(sessionRights)).optional(),
  /** A client id of one's own from an earlier ticket, for a document that was kept offline. */
  clientId: z.number().int().min(smallestClientId).max(largestClientId).optional(),
});

export type IssuedTicket = {
  /** The base address for a y-websocket client. */
  url: string;
  room: string;
  ticket: string;
  clientId: number;
  /** Whose ticket it is: a browser may have changed hands since its page was loaded. */
  personId: string;
  rights: SessionRight[];
  expiresAt: Date;
};

/**
 * Leave to enter a session's room (docs/spec/collab.md, "Tickets"). First used within a minute, then it resumes the
 * same participant for twelve hours.
 * @throws AppError `conflict` for an archived session, or a client id that is someone else's
 */
export async function issueTicket(ctx: Context, given: z.infer<typeof issueTicketInput>): Promise<IssuedTicket> {
  const input = issueTicketInput.parse(given);
  const access = await authorizeParticipant(ctx, input.sessionId, 'view');
  if (access.session.archivedAt)
    throw new AppError('conflict', 'This session is archived. Unarchive it to enter its room.');
  const ticket = newSecret();
  const clientId = input.clientId ?? randomInt(smallestClientId, largestClientId);
  const asked = askedRights(ctx, input.rights);
  const now = ctx.now().getTime();
  const expiresAt = new Date(now + lifeMs);
  await withTransaction(ctx, async (tx) => {
    await bindClientId(tx, access, clientId);
    const id = newId('tkt');
    await tx.db.insert(schema.roomTicket).values({
      id,
      teamId: access.teamId,
      sessionId: access.session.id,
      ticketHash: hashSecret(ticket),
      personId: access.actor.personId,
      authSessionId: ctx.credential.kind === 'auth_session' ? ctx.credential.id : null,
      apiTokenId: ctx.credential.kind === 'api_token' ? ctx.credential.id : null,
      rights: asked,
      clientId,
      useBefore: new Date(now + firstUseMs),
      expiresAt,
    });
    await appendAudit(tx, {
      teamId: access.teamId,
      action: 'room.ticket',
      resource: { type: 'session', id: access.session.id },
      detail: { ticketId: id, clientId, rights: asked },
    });
  });
  const rights = limitRights(access.rights, asked.length > 0 ? asked : undefined);
  const url = `${env().publicUrl.replace(/^http/, 'ws')}/collab`;
  return { url, room: access.session.id, ticket, clientId, personId: access.actor.personId, rights, expiresAt };
}

/** Empty: all that is given at the time of use. A token without the scope to write only looks. */
function askedRights(ctx: Context, asked: readonly SessionRight[] | undefined): SessionRight[] {
  const isReadOnly = ctx.credential.kind === 'api_token' && !ctx.credential.scopes.includes('write');
  if (isReadOnly) return ['view'];
  return asked ? [...new Set<SessionRight>(['view', ...asked])] : [];
}

/** @throws AppError `conflict` when the id belongs to someone else */
async function bindClientId(
  ctx: Context,
  { session, teamId, actor }: ParticipantAccess,
  clientId: number,
): Promise<void> {
  const { roomClient } = schema;
  const binding = { sessionId: session.id, teamId, clientId, actorKind: 'person' as const, actorId: actor.personId };
  await ctx.db.insert(roomClient).values(binding).onConflictDoNothing();
  const [row] = await ctx.db
    .select({ kind: roomClient.actorKind, id: roomClient.actorId })
    .from(roomClient)
    .where(and(eq(roomClient.teamId, teamId), eq(roomClient.sessionId, session.id), eq(roomClient.clientId, clientId)));
  if (row?.kind !== 'person' || row.id !== actor.personId)
    throw new AppError('conflict', 'This client id belongs to someone else. Ask for a ticket without one.');
}
