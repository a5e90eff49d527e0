import { and, eq, sql } from 'drizzle-orm';
import { z } from 'zod';
import { schema } from '../../db/client.ts';
import { appendAudit } from '../audit/append.ts';
import { authorizeParticipant } from '../auth/authorize-participant.ts';
import { authorizeSession } from '../auth/authorize.ts';
import { withTransaction, type Context } from '../context.ts';
import { actorRef, type ActorRef } from '../core/actor.ts';
import type { ProposalState } from '../core/conversation-state.ts';
import { AppError, isAppError } from '../core/errors.ts';
import { appendSessionEvent } from '../runs/event-log.ts';
import { preparePrompt } from './prepare-prompt.ts';
import { placePrompt } from './send-prompt.ts';

export const sendProposalInput = z.object({ proposalId: z.string() });
export const declineProposalInput = z.object({ proposalId: z.string(), reason: z.string().max(500).optional() });
export const withdrawProposalInput = z.object({ proposalId: z.string() });

type ProposalRow = typeof schema.promptProposal.$inferSelect;

/**
 * Sends what somebody proposed as the actor's own prompt: their turn, rights, key and budget, saying whose words they are.
 * @throws AppError `conflict` when it was decided already; as `sendPrompt`
 */
export async function sendProposal(ctx: Context, given: z.infer<typeof sendProposalInput>): Promise<{ runId: string }> {
  const { proposal, access } = await authorizeProposal(ctx, given.proposalId, (sessionId) =>
    authorizeSession(ctx, sessionId, 'prompt'),
  );
  const { text, agent, mode } = proposal;
  const prompt = await preparePrompt(ctx, { access, fields: { text, agent, ...(mode && { mode }) } });
  const wordsOf = { id: proposal.authorId, name: proposal.authorName };
  return withTransaction(ctx, async (tx) => {
    await decide(tx, proposal, { state: 'sent', decidedBy: access.actor.personId });
    const { runId } = await placePrompt(tx, { ...prompt, wordsOf, proposalId: proposal.id });
    await tx.db.update(schema.promptProposal).set({ runId }).where(eq(schema.promptProposal.id, proposal.id));
    await tell(tx, proposal, { actor: actorRef(access.actor), outcome: 'sent', runId });
    return { runId };
  });
}

/** @throws AppError `conflict` when it was decided already */
export async function declineProposal(ctx: Context, given: z.infer<typeof declineProposalInput>): Promise<void> {
  const { proposal, access } = await authorizeProposal(ctx, given.proposalId, (sessionId) =>
    authorizeSession(ctx, sessionId, 'prompt'),
  );
  const reason = declineProposalInput.parse(given).reason?.trim();
  await withTransaction(ctx, async (tx) => {
    await decide(tx, proposal, { state: 'declined', decidedBy: access.actor.personId, ...(reason && { reason }) });
    await tell(tx, proposal, { actor: actorRef(access.actor), outcome: 'declined', ...(reason && { reason }) });
  });
}

/** Takes one's own proposal back. @throws AppError `conflict` when it was decided already */
export async function withdrawProposal(ctx: Context, given: z.infer<typeof withdrawProposalInput>): Promise<void> {
  const { proposal, access } = await authorizeProposal(ctx, given.proposalId, (sessionId) =>
    authorizeParticipant(ctx, sessionId, 'comment'),
  );
  const { actor } = access;
  if (proposal.authorId !== actor.personId) throw noSuchProposal();
  await withTransaction(ctx, async (tx) => {
    await decide(tx, proposal, { state: 'withdrawn', decidedBy: actor.personId });
    await tell(tx, proposal, { actor: actorRef(actor), outcome: 'withdrawn' });
  });
}

const noSuchProposal = () => new AppError('not_found', 'There is no such proposal, or you have no access to it.');

async function authorizeProposal<Access extends { teamId: string }>(
  ctx: Context,
  proposalId: string,
  authorizeIn: (sessionId: string) => Promise<Access>,
): Promise<{ proposal: ProposalRow; access: Access }> {
  const { promptProposal } = schema;
  const [proposal] = await ctx.db.select().from(promptProposal).where(eq(promptProposal.id, proposalId));
  const access = await authorizeIn(proposal?.sessionId ?? '').catch((error: unknown) => {
    throw isAppError(error) && error.code === 'not_found' ? noSuchProposal() : error;
  });
  if (!proposal || proposal.teamId !== access.teamId) throw noSuchProposal();
  return { proposal, access };
}

/** Of several who decide at once one does. */
async function decide(
  tx: Context,
  { id }: ProposalRow,
  change: { state: ProposalState; decidedBy: string; reason?: string },
): Promise<void> {
  const { promptProposal } = schema;
  const decided = await tx.db
    .update(promptProposal)
    .set({ ...change, decidedAt: sql`now()` })
    .where(and(eq(promptProposal.id, id), eq(promptProposal.state, 'open')))
    .returning({ id: promptProposal.id });
  if (decided.length === 0)
    throw new AppError('conflict', 'This proposal was decided or withdrawn already. The conversation shows by whom.');
}

type Told = { actor: ActorRef; outcome: 'sent' | 'declined' | 'withdrawn'; runId?: string; reason?: string };

async function tell(tx: Context, { id, sessionId, teamId, authorId }: ProposalRow, told: Told): Promise<void> {
  const { actor, outcome, runId, reason } = told;
  const body = {
    type: 'proposal_decided',
    proposalId: id,
    outcome,
    ...(runId !== undefined && { runId }),
    ...(reason !== undefined && { reason }),
  } as const;
  await appendSessionEvent(tx.db, { sessionId, teamId, actor, body });
  await appendAudit(tx, {
    teamId,
    action: `proposal.${outcome}`,
    resource: { type: 'session', id: sessionId },
    detail: { proposalId: id, authorId, ...(runId !== undefined && { runId }) },
  });
}
