import { z } from 'zod';
import { appendAudit } from '../audit/append.ts';
import { authorizeSession } from '../auth/authorize.ts';
import { withTransaction, type Context } from '../context.ts';
import { addPrompt, type NewPrompt } from '../runs/add-prompt.ts';
import { preparePrompt, promptFields } from './prepare-prompt.ts';

export const sendPromptInput = promptFields.extend({ sessionId: z.string() });

/**
 * Asks an agent for something: the prompt stands in the session's log and a run in its queue, or neither does.
 * @throws AppError `unsupported` when the agent cannot run here, with the reason and what to do
 */
export async function sendPrompt(ctx: Context, given: z.input<typeof sendPromptInput>): Promise<{ runId: string }> {
  const access = await authorizeSession(ctx, given.sessionId, 'prompt');
  const prompt = await preparePrompt(ctx, { access, fields: sendPromptInput.parse(given) });
  return withTransaction(ctx, (tx) => placePrompt(tx, prompt));
}

/** The prompt and its audit entry, in the caller's transaction. */
export async function placePrompt(tx: Context, prompt: NewPrompt): Promise<{ runId: string }> {
  const { runId } = await addPrompt(tx, prompt);
  const { teamId, sessionId, text, agent, mode, model, interrupts, proposalId, attachments = [] } = prompt;
  await appendAudit(tx, {
    teamId,
    action: 'prompt.send',
    resource: { type: 'run', id: runId },
    detail: {
      sessionId,
      agent,
      mode,
      ...(model !== undefined && { model }),
      ...(attachments.length > 0 && { attachments: attachments.map(({ kind }) => kind) }),
      ...(interrupts !== undefined && { interrupts }),
      ...(proposalId !== undefined && { proposalId }),
      characters: text.length,
    },
  });
  return { runId };
}
