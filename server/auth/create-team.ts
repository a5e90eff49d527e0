import { like } from 'drizzle-orm';
import { z } from 'zod';
import { schema } from '../../db/client.ts';
import { appendAudit } from '../audit/append.ts';
import { withTransaction, type Context } from '../context.ts';
import { AppError } from '../core/errors.ts';
import { teamNameField } from '../core/identity-fields.ts';
import { freeSlug } from '../core/slug.ts';
import { slugOfTeam } from '../core/team-slug.ts';
import { newId } from '../platform/ids.ts';
import { authorizeInstallation } from './authorize.ts';

export const createTeamInput = z.object({ name: teamNameField });

/** Makes a team with the actor, an installation admin, as its first admin. */
export async function createTeam(ctx: Context, given: z.input<typeof createTeamInput>): Promise<TeamRow> {
  const { personId } = await authorizeInstallation(ctx);
  const { name } = createTeamInput.parse(given);
  return withTransaction(ctx, (tx) => insertTeam(tx, name, personId));
}

export type TeamRow = typeof schema.team.$inferSelect;

/** Inside a transaction: adds a team with a slug of its own and its first admin. */
export async function insertTeam(tx: Context, name: string, adminId: string): Promise<TeamRow> {
  const team = await insertWithSlug(tx, name);
  await tx.db
    .insert(schema.teamMember)
    .values({ teamId: team.id, personId: adminId, role: 'admin', createdAt: tx.now() });
  await appendAudit(tx, {
    teamId: team.id,
    action: 'team.create',
    resource: { type: 'team', id: team.id },
    detail: { after: { name, slug: team.slug, admin: adminId } },
  });
  return team;
}

/** Another transaction may take the same slug at the same moment, so the insert decides and is tried again. */
async function insertWithSlug(tx: Context, name: string): Promise<TeamRow> {
  const wished = slugOfTeam(name);
  for (let attempt = 0; attempt < 5; attempt++) {
    const rows = await tx.db
      .select({ slug: schema.team.slug })
      .from(schema.team)
      .where(like(schema.team.slug, `${wished}%`));
    const [team] = await tx.db
      .insert(schema.team)
      .values({
        id: newId('team'),
        name,
        slug: freeSlug(wished, new Set(rows.map(({ slug }) => slug))),
        createdAt: tx.now(),
      })
      .onConflictDoNothing()
      .returning();
    if (team) return team;
  }
  throw new AppError('conflict', `Others made teams named ${name} at the same moment. Try again.`);
}
