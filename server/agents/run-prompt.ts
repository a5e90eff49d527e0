import { eq } from 'drizzle-orm';
import { schema } from '../../db/client.ts';
import type { Context } from '../context.ts';
import type { RunClaim, RunRow } from '../runs/run-claim.ts';
import { steersToldBefore } from '../runs/steers.ts';
import type { ClosedFiles } from '../workspace/worktree.ts';
import { closedWords } from './closed-files.ts';
import type { AgentProfile } from './registry.ts';
import { steerWords } from './run-steers.ts';

/** The words for an agent that remembers this turn from before its worker ended, or does not. */
export type TurnWords = (given: { remembersTurn: boolean }) => string;

/**
 * What an agent reads when its turn begins. A language model is told who speaks, since several people share the
 * conversation. What was said into the turn before its worker ended comes after: all of it when the agent does not remember
 * the turn, else what it may not have heard.
 */
export async function promptFor(
  ctx: Context,
  { run, claim, profile, closed }: { run: RunRow; claim: RunClaim; profile: AgentProfile; closed: ClosedFiles },
): Promise<TurnWords> {
  const said = await steersToldBefore(ctx, claim);
  const asked = profile.needsModel
    ? [...closedWords(closed), `${await speaker(ctx, run)}:`, run.prompt].join('\n\n')
    : run.prompt;
  return ({ remembersTurn }) => {
    const unheard = said.filter(({ wasTaken }) => !(remembersTurn && wasTaken));
    return [asked, ...unheard.map(steerWords)].join('\n\n');
  };
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
