import { eq } from 'drizzle-orm';
import { z } from 'zod';
import { schema } from '../../../db/client.ts';
import { appendAudit } from '../../audit/append.ts';
import { authorizeTeamBySlug } from '../../auth/authorize.ts';
import { withTransaction, type Context } from '../../context.ts';
import { recordLevels, usualRecording, type Recording } from '../../core/call-record.ts';
import { changeRevision } from '../budgets/budget-counters.ts';

export const setRecordingInput = z.object({
  team: z.string(),
  level: z.enum(recordLevels),
  retentionDays: z.number().int().min(1).max(3_650),
});

/** Says how much of its calls a team records. What was recorded before stays until its own time ends. */
export async function setRecording(ctx: Context, given: z.input<typeof setRecordingInput>): Promise<void> {
  const { team, ...after } = setRecordingInput.parse(given);
  const { teamId } = await authorizeTeamBySlug(ctx, team, 'budget.manage');
  await withTransaction(ctx, async (tx) => {
    const before = await recordingOf(tx, teamId);
    await tx.db
      .insert(schema.callRecording)
      .values({ teamId, ...after, updatedAt: tx.now() })
      .onConflictDoUpdate({ target: schema.callRecording.teamId, set: { ...after, updatedAt: tx.now() } });
    await changeRevision(tx);
    await appendAudit(tx, {
      teamId,
      action: 'recording.set',
      resource: { type: 'team', id: teamId },
      detail: { before, after },
    });
  });
}

export const recordingInput = z.object({ team: z.string() });

/** How much of its calls a team records; its members may know. */
export async function getRecording(ctx: Context, given: z.input<typeof recordingInput>): Promise<Recording> {
  const { teamId } = await authorizeTeamBySlug(ctx, recordingInput.parse(given).team, 'team.read');
  return recordingOf(ctx, teamId);
}

async function recordingOf(ctx: Context, teamId: string): Promise<Recording> {
  const { level, retentionDays } = schema.callRecording;
  const [row] = await ctx.db
    .select({ level, retentionDays })
    .from(schema.callRecording)
    .where(eq(schema.callRecording.teamId, teamId));
  return row ?? usualRecording;
}
