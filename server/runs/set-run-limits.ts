import { eq } from 'drizzle-orm';
import { z } from 'zod';
import { schema } from '../../db/client.ts';
import { appendAudit } from '../audit/append.ts';
import { authorizeTeam } from '../auth/authorize.ts';
import { withTransaction, type Context } from '../context.ts';
import { defaultRunLimits, maxRunLimit, type RunLimits } from '../core/run-limits.ts';

const limit = z.number().int().min(1, 'At least one run.').max(maxRunLimit, `At most ${maxRunLimit} runs.`).nullable();

export const setRunLimitsInput = z.object({ teamId: z.string(), maxRuns: limit, maxRunsPerPerson: limit });

/** How many runs may be at work at once, as a team has set it; null: the installation's own number counts. */
export type SetRunLimits = { maxRuns: number | null; maxRunsPerPerson: number | null; defaults: RunLimits };

export async function getRunLimits(ctx: Context, teamId: string): Promise<SetRunLimits> {
  await authorizeTeam(ctx, teamId, 'team.read');
  const [row] = await ctx.db.select().from(schema.team).where(eq(schema.team.id, teamId));
  const { maxRuns = null, maxRunsPerPerson = null } = row ?? {};
  return { maxRuns, maxRunsPerPerson, defaults: defaultRunLimits };
}

/** Changes how many runs of a team, and of each person in it, may be at work at once. What is at work goes on. */
export async function setRunLimits(ctx: Context, given: z.infer<typeof setRunLimitsInput>): Promise<void> {
  const { teamId, maxRuns, maxRunsPerPerson } = setRunLimitsInput.parse(given);
  await authorizeTeam(ctx, teamId, 'team.update');
  const { team } = schema;
  await withTransaction(ctx, async (tx) => {
    const [before] = await tx.db
      .select({ maxRuns: team.maxRuns, maxRunsPerPerson: team.maxRunsPerPerson })
      .from(team)
      .where(eq(team.id, teamId))
      .for('update');
    await tx.db.update(team).set({ maxRuns, maxRunsPerPerson }).where(eq(team.id, teamId));
    await appendAudit(tx, {
      teamId,
      action: 'team.update',
      resource: { type: 'team', id: teamId },
      detail: { before, after: { maxRuns, maxRunsPerPerson } },
    });
  });
}
