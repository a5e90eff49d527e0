import { eq } from 'drizzle-orm';
import { schema } from '../../db/client.ts';
import type { Context } from '../context.ts';
import { findInvitation, type InvitationState, type OpenInvitation } from './find-invitation.ts';
import { hasPeople } from './installation.ts';
import { findLink, type LinkState } from './one-time-link.ts';

/** What the pages outside a sign-in show. Holding a link's secret is the right to know what it says. */

/** Whether anyone exists yet. */
export async function isSetUp(ctx: Context): Promise<boolean> {
  return hasPeople(ctx);
}

/** What the set-up page shows for this link. */
export async function setUpLinkState(ctx: Context, token: string): Promise<LinkState | 'done'> {
  return (await hasPeople(ctx)) ? 'done' : (await findLink(ctx, 'setup', token)).state;
}

export type ResetLink = { state: 'open'; email: string } | { state: Exclude<LinkState, 'open'> };

/** What the reset page shows for this link; an open one says for whom it is. */
export async function resetLinkState(ctx: Context, token: string): Promise<ResetLink> {
  const { state, personId } = await findLink(ctx, 'password_reset', token);
  if (state !== 'open' || personId === null) return { state: state === 'open' ? 'unknown' : state };
  const [person] = await ctx.db.select().from(schema.person).where(eq(schema.person.id, personId));
  return person && !person.disabledAt ? { state: 'open', email: person.email } : { state: 'unknown' };
}

export type InvitationView =
  | (Pick<OpenInvitation, 'state' | 'teamName' | 'teamSlug' | 'role' | 'email' | 'invitedBy' | 'expiresAt'> & {
      /** Whether the address the invitation is for has an account, so that the page asks to sign in. */
      hasAccount: boolean;
    })
  | Exclude<InvitationState, OpenInvitation>;

/** What the invitation page shows for this link. */
export async function invitationView(ctx: Context, token: string): Promise<InvitationView> {
  const found = await findInvitation(ctx, token);
  if (found.state !== 'open') return found;
  const { state, teamName, teamSlug, role, email, invitedBy, expiresAt } = found;
  const accounts =
    email === null
      ? []
      : await ctx.db.select({ id: schema.person.id }).from(schema.person).where(eq(schema.person.email, email));
  return { state, teamName, teamSlug, role, email, invitedBy, expiresAt, hasAccount: accounts.length > 0 };
}
