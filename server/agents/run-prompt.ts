import { eq } from 'drizzle-orm';
import { schema } from '../../db/client.ts';
import type { Context } from '../context.ts';
import type { RunClaim, RunRow } from '../runs/run-claim.ts';
import { steersToldBefore } from '../runs/steers.ts';
import type { AgentProfile } from './registry.ts';
import { steerWords } from './run-steers.ts';

/**
 * What an agent reads when its turn begins. A language model is told who speaks, since several people share the
 * conversation; an agent that starts anew after its worker ended also hears what was said into the turn before.
 */
export async function promptFor(
  ctx: Context,
  { run, claim, profile }: { run: RunRow; claim: RunClaim; profile: AgentProfile },
): Promise<string> {
  const said = (await steersToldBefore(ctx, claim)).map(steerWords);
  const asked = profile.needsModel ? `${await speaker(ctx, run)}:\n\n${run.prompt}` : run.prompt;
  return [asked, ...said].join('\n\n');
}

async function speaker(ctx: Context, run: RunRow): Promise<string> {
  const { person, runPrompt } = schema;
  const [author] = await ctx.db.select({ name: person.name }).from(person).where(eq(person.id, run.askedBy));
  const [origin] = await ctx.db
    .select({ wordsOf: runPrompt.wordsOfName })
    .from(runPrompt)
    .where(eq(runPrompt.runId, run.id));
  const name = author?.name ?? 'Someone of the team';
  return origin?.wordsOf ? `${name} sends this, in the words of ${origin.wordsOf}` : `${name} writes`;
}
