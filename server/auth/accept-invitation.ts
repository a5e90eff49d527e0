import { and, eq, gt, isNull } from 'drizzle-orm';
import { z } from 'zod';
import { schema } from '../../db/client.ts';
import { appendAudit } from '../audit/append.ts';
import { withTransaction, type Context } from '../context.ts';
import { AppError } from '../core/errors.ts';
import { emailField, passwordField, personNameField } from '../core/identity-fields.ts';
import { notify } from '../platform/notify.ts';
import type { PersonActor } from './authorize.ts';
import { findInvitation, type InvitationState, type OpenInvitation } from './find-invitation.ts';
import { insertPerson } from './insert-person.ts';
import { hashPassword } from './passwords.ts';
import { requireAccount } from './require-browser.ts';

const token = z.string().min(1).max(200);
export const acceptInvitationInput = z.object({ token });
export const joinInput = z.object({ token, name: personNameField, email: emailField, password: passwordField });

/**
 * Joins the inviting team as the person who is signed in.
 * @throws forbidden for a link that ended or is for another address, conflict for a member of the team
 */
export async function acceptInvitation(
  ctx: Context,
  given: z.input<typeof acceptInvitationInput>,
): Promise<{ teamSlug: string }> {
  const actor = requireAccount(ctx);
  const parsed = acceptInvitationInput.parse(given);
  const invitation = await requireInvitation(ctx, parsed.token, actor.email);
  return withTransaction(ctx, async (tx) => {
    await spend(tx, invitation, actor);
    return { teamSlug: invitation.teamSlug };
  });
}

/**
 * Makes an account by an invitation and joins its team. The link is the authority.
 * @throws forbidden for a link that ended or is for another address, conflict when the email has an account
 */
export async function joinByInvitation(
  ctx: Context,
  given: z.input<typeof joinInput>,
): Promise<{ teamSlug: string; email: string }> {
  const { name, email, password, ...link } = joinInput.parse(given);
  const invitation = await requireInvitation(ctx, link.token, email);
  const passwordHash = await hashPassword(password);
  return withTransaction({ ...ctx, actor: undefined }, async (tx) => {
    const actor = await insertPerson(tx, { email, name, passwordHash });
    await spend({ ...tx, actor }, invitation, actor);
    return { teamSlug: invitation.teamSlug, email };
  });
}

async function requireInvitation(ctx: Context, secret: string, email: string): Promise<OpenInvitation> {
  const found = await findInvitation(ctx, secret);
  if (found.state !== 'open') throw new AppError('forbidden', endedMessage(found));
  if (found.email !== null && found.email !== email)
    throw new AppError(
      'forbidden',
      `This invitation is for ${found.email}. Use an account with that address, or ask ${found.invitedBy} for another link.`,
      {
        details: { field: 'email' },
      },
    );
  return found;
}

function endedMessage(found: Exclude<InvitationState, OpenInvitation>): string {
  switch (found.state) {
    case 'used':
      return `This invitation was used already; each works once. Sign in if it was you, or ask ${found.invitedBy} for another.`;
    case 'expired':
      return `This invitation has run out. Ask ${found.invitedBy} for another.`;
    case 'revoked':
      return `This invitation was withdrawn. Ask ${found.invitedBy} if you should have another.`;
    case 'unknown':
      return 'There is no such invitation. Check that you opened the whole link, or ask for another.';
  }
}

/** The update decides who was first; everyone else finds the invitation ended. */
async function spend(tx: Context, invitation: OpenInvitation, actor: PersonActor): Promise<void> {
  const { id, teamId, role } = invitation;
  const joined = await tx.db
    .insert(schema.teamMember)
    .values({ teamId, personId: actor.personId, role, createdAt: tx.now() })
    .onConflictDoNothing()
    .returning({ personId: schema.teamMember.personId });
  if (joined.length === 0)
    throw new AppError(
      'conflict',
      `You are in ${invitation.teamName} already. The invitation is still good for someone else.`,
    );
  const spent = await tx.db
    .update(schema.invitation)
    .set({ acceptedAt: tx.now(), acceptedBy: actor.personId })
    .where(
      and(
        eq(schema.invitation.id, id),
        isNull(schema.invitation.acceptedAt),
        isNull(schema.invitation.revokedAt),
        gt(schema.invitation.expiresAt, tx.now()),
      ),
    )
    .returning({ id: schema.invitation.id });
  if (spent.length === 0)
    throw new AppError('forbidden', endedMessage({ state: 'used', invitedBy: invitation.invitedBy }));
  await notify(tx.db, 'access_changed', `person:${actor.personId}`);
  await appendAudit(tx, {
    teamId,
    action: 'invitation.accept',
    resource: { type: 'invitation', id },
    detail: { person: actor.personId, role },
  });
}
