import { z } from 'zod';
import { schema } from '../../db/client.ts';
import { appendAudit } from '../audit/append.ts';
import { authorizeSession, type SessionAccess, type SessionRow } from '../auth/authorize.ts';
import { withTransaction, type Context } from '../context.ts';
import { actorRef } from '../core/actor.ts';
import { AppError } from '../core/errors.ts';
import { runModes } from '../core/session-event.ts';
import { requirePermitted } from '../governance/require-permitted.ts';
import { enqueue } from '../jobs/queue.ts';
import { newId } from '../platform/ids.ts';
import { appendSessionEvent } from '../runs/event-log.ts';
import { requireAgent } from '../runs/list-agents.ts';
import { threadOfPrompt } from '../runs/threads/thread-of-prompt.ts';

const maxPromptChars = 100_000;

export const promptText = z
  .string()
  .max(maxPromptChars, `A prompt has at most ${maxPromptChars.toLocaleString('en')} characters. Shorten it.`)
  .refine((text) => text.trim() !== '', 'A prompt needs a text.')
  // Postgres keeps neither zero characters nor halves of a surrogate pair.
  .transform((text) => text.replaceAll('\0', '').toWellFormed());

export const sendPromptInput = z.object({
  sessionId: z.string(),
  text: promptText,
  agent: z.string().min(1).max(100),
  model: z.string().min(1).max(200).optional(),
  mode: z.enum(runModes).optional(),
  /** The conversation to go on with; left out, the one that the author is in. */
  agentThreadId: z.string().optional(),
  /** Whether people's edits since the conversation's last turn are brought into its files; left out, they are. */
  newerEdits: z.enum(['merge', 'leave']).optional(),
});

/**
 * Asks an agent for something: the prompt stands in the session's log and a run in its queue, or neither does.
 * @throws AppError `unsupported` when the agent cannot run here, with the reason and what to do
 */
export async function sendPrompt(ctx: Context, given: z.input<typeof sendPromptInput>): Promise<{ runId: string }> {
  const { sessionId } = given;
  const access = await authorizeSession(ctx, sessionId, 'prompt');
  const { teamId, actor, session } = access;
  const { text, model, agentThreadId, newerEdits = 'merge', ...input } = sendPromptInput.parse(given);
  requireOpen(session);
  const agent = await requireAgent(ctx, input.agent);
  const mode = input.mode ?? agent.defaultMode;
  if (!agent.modes.includes(mode))
    throw new AppError(
      'unsupported',
      `${agent.title} does not offer the mode ${mode}. Choose one of: ${agent.modes.join(', ')}.`,
    );
  if (mode === 'auto') await requireUnattended(access);
  const runId = newId('run');
  const asked = { agent: agent.name, mode, ...(model !== undefined && { model }) };
  return withTransaction(ctx, async (tx) => {
    const to = { sessionId, teamId, agent: agent.name, personId: actor.personId };
    const threadId = await threadOfPrompt(tx, { ...to, threadId: agentThreadId ?? null });
    // The place in the queue is the prompt's place in the log.
    const position = await appendSessionEvent(tx.db, {
      sessionId,
      teamId,
      actor: actorRef(actor),
      body: { type: 'prompt', runId, text, ...asked, threadId },
    });
    await tx.db.insert(schema.run).values({
      id: runId,
      teamId,
      sessionId,
      ...asked,
      prompt: text,
      askedBy: actor.personId,
      threadId,
      newerEdits,
      state: 'queued',
      position,
    });
    await appendAudit(tx, {
      teamId,
      action: 'prompt.send',
      resource: { type: 'run', id: runId },
      detail: { sessionId, ...asked, characters: text.length },
    });
    await enqueue(tx, 'run', { payload: { runId } });
    return { runId };
  });
}

/** In the mode `auto` an agent goes on without asking anybody. @throws AppError `forbidden` naming the rule that denies it */
function requireUnattended({ teamId, role, actor, project }: SessionAccess): Promise<void> {
  const { personId: id, name, email } = actor;
  const caller = { person: { id, name, email }, teamId, role, projectId: project.id };
  return requirePermitted({ action: 'runUnattended', caller }, 'The prompt was not sent in the mode auto');
}

/** @throws AppError `conflict` */
export function requireOpen(session: SessionRow): void {
  if (session.archivedAt) throw new AppError('conflict', 'This session is archived. Unarchive it to work in it again.');
}
