import { and, asc, eq, inArray } from 'drizzle-orm';
import { schema } from '../../../db/client.ts';
import type { Context } from '../../context.ts';
import type { RunRow } from '../run-claim.ts';
import { earlierTurns } from './earlier-turns.ts';

/** How a prompt begins that has an agent try again what was denied; what follows are the agent's own words, not a person's. */
export const retryWords = 'Try again what was denied; it is allowed once now:';

/** What people asked for in a run's conversation so far, and said into its turns, oldest first. */
export async function wordsOfPeople(ctx: Context, run: RunRow): Promise<string[]> {
  const turns = [...(await earlierTurns(ctx, run)).toReversed(), run];
  const { runSteer } = schema;
  const steers = await ctx.db
    .select({ runId: runSteer.runId, text: runSteer.text })
    .from(runSteer)
    .where(
      and(
        eq(runSteer.teamId, run.teamId),
        inArray(
          runSteer.runId,
          turns.map(({ id }) => id),
        ),
        inArray(runSteer.state, ['telling', 'taken']),
      ),
    )
    .orderBy(asc(runSteer.seq));
  return turns.flatMap(({ id, prompt }) => [
    ...(prompt.startsWith(retryWords) ? [] : [prompt]),
    ...steers.filter(({ runId }) => runId === id).map(({ text }) => text),
  ]);
}
