import { eq } from 'drizzle-orm';
import { z } from 'zod';
import { schema } from '../../db/client.ts';
import { appendAudit } from '../audit/append.ts';
import { withTransaction, type Context } from '../context.ts';
import { teamNameField } from '../core/identity-fields.ts';
import { authorizeTeam } from './authorize.ts';

export const renameTeamInput = z.object({ teamId: z.string(), name: teamNameField });

/** Changes a team's name. Its address stays, so that links keep working. */
export async function renameTeam(ctx: Context, given: z.input<typeof renameTeamInput>): Promise<void> {
  const { teamId, name } = renameTeamInput.parse(given);
  await authorizeTeam(ctx, teamId, 'team.update');
  await withTransaction(ctx, async (tx) => {
    const [before] = await tx.db
      .select({ name: schema.team.name })
      .from(schema.team)
      .where(eq(schema.team.id, teamId))
      .for('update');
    await tx.db.update(schema.team).set({ name }).where(eq(schema.team.id, teamId));
    await appendAudit(tx, {
      teamId,
      action: 'team.update',
      resource: { type: 'team', id: teamId },
      detail: { before, after: { name } },
    });
  });
}
