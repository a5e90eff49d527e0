import { enterAsGuest } from '../auth/enter-as-guest.ts';
import { liveAuthSession } from '../auth/live-session.ts';
import { createContext, type Context } from '../context.ts';
import type { GuestLevel } from '../core/permissions.ts';
import { newId } from '../platform/ids.ts';
import { answerKnock } from './answer-knock.ts';
import { createSessionLink, type NewSessionLink } from './create-session-link.ts';
import { knock } from './knock.ts';
import { whoHasAccess } from './session-access.ts';

/** Links and guests for tests, made the way people make them. */

export const tokenOf = ({ url }: NewSessionLink) => url.split('/').at(-1) ?? '';

/** A link and its secret. */
export async function newSessionLink(
  member: Context,
  of: { sessionId: string; level?: GuestLevel; asksFirst?: boolean; maxUses?: number; expiresInHours?: number },
): Promise<{ linkId: string; token: string }> {
  const link = await createSessionLink(member, { level: 'edit', ...of });
  return { linkId: link.linkId, token: tokenOf(link) };
}

/** Somebody without an account who opened a link and wrote their name; `ctx` speaks for them. */
export async function newVisitor(token: string, name = 'Bo'): Promise<{ ctx: Context; personId: string }> {
  // Each comes from an address of their own, which is counted.
  const { authSessionId } = await enterAsGuest(createContext(), {
    token,
    name,
    userAgent: 'a test',
    address: newId('node'),
  });
  const live = await liveAuthSession(authSessionId);
  if (!live) throw new Error('the visitor is not signed in');
  return { ctx: createContext(live), personId: live.actor.personId };
}

export type TestGuest = { ctx: Context; personId: string; guestId: string; token: string; linkId: string };

/** A guest whom a member let in. */
export async function newGuest(
  member: Context,
  of: { sessionId: string; level?: GuestLevel; name?: string },
): Promise<TestGuest> {
  const { sessionId, level = 'edit', name = 'Bo' } = of;
  const { token, linkId } = await newSessionLink(member, { sessionId, level });
  const { ctx, personId } = await newVisitor(token, name);
  await knock(ctx, { token });
  const guestId = await guestIdOf(member, { sessionId, personId });
  await answerKnock(member, { sessionId, guestId, admit: true });
  return { ctx, personId, guestId, token, linkId };
}

/** The id that members use for a guest of a session. */
export async function guestIdOf(member: Context, of: { sessionId: string; personId: string }): Promise<string> {
  const { guests } = await whoHasAccess(member, of);
  const guest = guests.find(({ personId }) => personId === of.personId);
  if (!guest) throw new Error('nobody knocked');
  return guest.id;
}
