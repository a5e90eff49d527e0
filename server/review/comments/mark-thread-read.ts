import { and, eq, inArray, sql } from 'drizzle-orm';
import { z } from 'zod';
import { schema } from '../../../db/client.ts';
import type { Context } from '../../context.ts';
import { authorizeThread } from './authorize-thread.ts';

export const markThreadReadInput = z.object({ threadId: z.string(), position: z.number().int().min(1) });

/** Notes up to which comment the actor has read; never goes back by itself. A mark of one's own reading is not audited. */
export async function markThreadRead(ctx: Context, given: z.infer<typeof markThreadReadInput>): Promise<void> {
  const { threadId, position } = markThreadReadInput.parse(given);
  const { thread, teamId, actor } = await authorizeThread(ctx, threadId, 'view');
  const upTo = Math.min(position, thread.lastPosition);
  await setRead(ctx, { threadId, personId: actor.personId, teamId, position: upTo });
}

/** For callers that have authorized. */
export async function setRead(ctx: Context, mark: typeof schema.commentRead.$inferInsert): Promise<void> {
  const { commentRead } = schema;
  await ctx.db
    .insert(commentRead)
    .values(mark)
    .onConflictDoUpdate({
      target: [commentRead.threadId, commentRead.personId],
      set: { position: sql`greatest(${commentRead.position}, excluded.position)` },
    });
}

/** Who is named in a comment that they have read already reads it again. For callers that have authorized. */
export async function setUnread(
  ctx: Context,
  of: { threadId: string; teamId: string; position: number; personIds: readonly string[] },
): Promise<void> {
  const { commentRead } = schema;
  if (of.personIds.length === 0) return;
  await ctx.db
    .update(commentRead)
    .set({ position: sql`least(${commentRead.position}, ${of.position - 1})` })
    .where(
      and(
        eq(commentRead.threadId, of.threadId),
        eq(commentRead.teamId, of.teamId),
        inArray(commentRead.personId, [...of.personIds]),
      ),
    );
}
