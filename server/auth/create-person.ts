import { eq } from 'drizzle-orm';
import { z } from 'zod';
import { schema } from '../../db/client.ts';
import { appendAudit } from '../audit/append.ts';
import { withTransaction, type Context } from '../context.ts';
import { AppError } from '../core/errors.ts';
import { emailField, passwordField, personNameField } from '../core/identity-fields.ts';
import { teamRoles } from '../core/permissions.ts';
import { insertPerson } from './insert-person.ts';
import { newLink } from './one-time-link.ts';
import { hashPassword } from './passwords.ts';
import { requireOperator } from './require-operator.ts';

export const createPersonInput = z.object({
  email: emailField,
  name: personNameField,
  isInstallationAdmin: z.boolean().default(false),
  password: passwordField.optional(),
  team: z.object({ slug: z.string(), role: z.enum(teamRoles) }).optional(),
});

export type CreatedPerson = { personId: string; link: { url: string; expiresAt: Date } | undefined };

/**
 * Adds a person, in a team if one is named.
 * @returns without a password, the link with which they set one, once, within a day
 * @throws conflict when the email is taken, not_found for an unknown team
 */
export async function createPerson(ctx: Context, given: z.input<typeof createPersonInput>): Promise<CreatedPerson> {
  await requireOperator(ctx);
  const { email, name, isInstallationAdmin, password, team } = createPersonInput.parse(given);
  const passwordHash = password === undefined ? null : await hashPassword(password);
  return withTransaction(ctx, async (tx) => {
    const { personId } = await insertPerson(tx, { email, name, passwordHash, isInstallationAdmin });
    if (team) await addToTeam(tx, personId, team);
    const link = passwordHash === null ? await newLink(tx, 'password_reset', personId) : undefined;
    return { personId, link };
  });
}

type Place = NonNullable<z.output<typeof createPersonInput>['team']>;

async function addToTeam(tx: Context, personId: string, { slug, role }: Place): Promise<void> {
  const [team] = await tx.db.select({ id: schema.team.id }).from(schema.team).where(eq(schema.team.slug, slug));
  if (!team)
    throw new AppError('not_found', `There is no team ${slug}. The last part of the team's address is its name here.`);
  await tx.db.insert(schema.teamMember).values({ teamId: team.id, personId, role, createdAt: tx.now() });
  await appendAudit(tx, {
    teamId: team.id,
    action: 'member.add',
    resource: { type: 'person', id: personId },
    detail: { after: { role } },
  });
}
