import { eq } from 'drizzle-orm';
import { schema } from '../../db/client.ts';
import type { Context } from '../context.ts';
import type { TeamRole } from '../core/permissions.ts';
import { hashSecret } from '../platform/secrets.ts';

export type OpenInvitation = {
  state: 'open';
  id: string;
  teamId: string;
  teamName: string;
  teamSlug: string;
  role: TeamRole;
  /** When set, only an account with this address may use it. */
  email: string | null;
  invitedBy: string;
  expiresAt: Date;
};

/** What opening an invitation would meet; holding its secret is the right to know. */
export type InvitationState =
  | OpenInvitation
  | { state: 'used' | 'expired' | 'revoked'; invitedBy: string }
  | { state: 'unknown' };

export async function findInvitation(ctx: Context, secret: string): Promise<InvitationState> {
  const { invitation, team, person } = schema;
  const [row] = await ctx.db
    .select({ invitation, teamName: team.name, teamSlug: team.slug, invitedBy: person.name })
    .from(invitation)
    .innerJoin(team, eq(team.id, invitation.teamId))
    .innerJoin(person, eq(person.id, invitation.createdBy))
    .where(eq(invitation.tokenHash, hashSecret(secret)));
  if (!row) return { state: 'unknown' };
  const { invitedBy, teamName, teamSlug } = row;
  const { id, teamId, role, email, expiresAt, acceptedAt, revokedAt } = row.invitation;
  if (acceptedAt) return { state: 'used', invitedBy };
  if (revokedAt) return { state: 'revoked', invitedBy };
  if (expiresAt <= ctx.now()) return { state: 'expired', invitedBy };
  return { state: 'open', id, teamId, teamName, teamSlug, role, email, invitedBy, expiresAt };
}
