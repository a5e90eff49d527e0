import { and, count, desc, eq } from 'drizzle-orm';
import { z } from 'zod';
import { schema } from '../../db/client.ts';
import { appendAudit } from '../audit/append.ts';
import { authorizeParticipant } from '../auth/authorize-participant.ts';
import { withTransaction, type Context } from '../context.ts';
import { actorRef } from '../core/actor.ts';
import { AppError } from '../core/errors.ts';
import { runModes } from '../core/session-event.ts';
import { newId } from '../platform/ids.ts';
import { appendSessionEvent, lockEventLog } from '../runs/event-log.ts';
import { knownAgents } from '../runs/list-agents.ts';
import { promptText, requireOpen } from './prepare-prompt.ts';
import { wordsKept } from './words-kept.ts';

export const proposePromptInput = z.object({
  sessionId: z.string(),
  text: promptText,
  /** Left out: the one that was asked last here. */
  agent: z.string().min(1).max(100).optional(),
  mode: z.enum(runModes).optional(),
});

const mostOpen = 10;

/**
 * A prompt by someone who may comment and not prompt: it waits until a member sends it under their own name, or declines.
 * @throws AppError `conflict` when too many of the author's wait, `unsupported` when there is no such agent
 */
export async function proposePrompt(
  ctx: Context,
  given: z.input<typeof proposePromptInput>,
): Promise<{ proposalId: string }> {
  const { teamId, actor, session } = await authorizeParticipant(ctx, given.sessionId, 'comment');
  const { sessionId, mode, ...input } = proposePromptInput.parse(given);
  requireOpen(session);
  const agent = await agentFor(ctx, { sessionId, teamId, asked: input.agent });
  const text = await wordsKept({ teamId, sessionId }, input.text);
  const proposalId = newId('pro');
  const author = actorRef(actor);
  return withTransaction(ctx, async (tx) => {
    const { promptProposal } = schema;
    await lockEventLog(tx.db, sessionId);
    const [{ open } = { open: 0 }] = await tx.db
      .select({ open: count() })
      .from(promptProposal)
      .where(
        and(
          eq(promptProposal.sessionId, sessionId),
          eq(promptProposal.teamId, teamId),
          eq(promptProposal.authorId, author.id),
          eq(promptProposal.state, 'open'),
        ),
      );
    if (open >= mostOpen)
      throw new AppError('conflict', `${open} of your proposals wait already. Withdraw one, or wait for an answer.`);
    await tx.db.insert(promptProposal).values({
      id: proposalId,
      teamId,
      sessionId,
      text,
      agent,
      mode: mode ?? null,
      authorId: author.id,
      authorName: author.name,
      state: 'open',
    });
    const body = { type: 'prompt_proposed', proposalId, text, agent, ...(mode && { mode }) } as const;
    await appendSessionEvent(tx.db, { sessionId, teamId, actor: author, body });
    await appendAudit(tx, {
      teamId,
      action: 'prompt.propose',
      resource: { type: 'session', id: sessionId },
      detail: { proposalId, agent, characters: text.length },
    });
    return { proposalId };
  });
}

/** The agent that was asked for, else the last one at work here, else the first that can be. */
async function agentFor(
  ctx: Context,
  { sessionId, teamId, asked }: { sessionId: string; teamId: string; asked: string | undefined },
): Promise<string> {
  const agents = await knownAgents(ctx);
  const { run } = schema;
  const [last] = await ctx.db
    .select({ agent: run.agent })
    .from(run)
    .where(and(eq(run.sessionId, sessionId), eq(run.teamId, teamId)))
    .orderBy(desc(run.createdAt))
    .limit(1);
  const wanted = asked ?? last?.agent;
  const found =
    agents.find(({ name }) => name === wanted) ??
    (asked === undefined ? agents.find(({ availability }) => availability.ok) : undefined);
  if (!found) throw new AppError('unsupported', 'There is no such agent on this installation. Choose another one.');
  return found.name;
}
