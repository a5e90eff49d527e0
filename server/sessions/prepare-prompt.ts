import { z } from 'zod';
import type { SessionAccess, SessionRow } from '../auth/authorize.ts';
import type { Context } from '../context.ts';
import { actorRef } from '../core/actor.ts';
import { promptAttachments } from '../core/attachment.ts';
import { AppError } from '../core/errors.ts';
import { runModes, type RunMode } from '../core/session-event.ts';
import { requirePermitted } from '../governance/require-permitted.ts';
import type { NewPrompt } from '../runs/add-prompt.ts';
import { requireAgent } from '../runs/list-agents.ts';
import { checkAttachments } from './check-attachments.ts';
import { wordsKept } from './words-kept.ts';

const maxPromptChars = 100_000;

export const promptText = z
  .string()
  .max(maxPromptChars, `A prompt has at most ${maxPromptChars.toLocaleString('en')} characters. Shorten it.`)
  .refine((text) => text.trim() !== '', 'A prompt needs a text.')
  // Postgres keeps neither zero characters nor halves of a surrogate pair.
  .transform((text) => text.replaceAll('\0', '').toWellFormed());

export const promptFields = z.object({
  text: promptText,
  agent: z.string().min(1).max(100),
  model: z.string().min(1).max(200).optional(),
  mode: z.enum(runModes).optional(),
  effort: z.string().min(1).max(50).optional(),
  attachments: promptAttachments.optional(),
  /** The conversation to go on with; left out, the one that the author is in. */
  agentThreadId: z.string().optional(),
  /** Whether people's edits since the conversation's last turn are brought into its files; left out, they are. */
  newerEdits: z.enum(['merge', 'leave']).optional(),
});

/**
 * A prompt as its author may send it: an agent that can run here, in a mode it has and policy lets this person use.
 * @throws AppError `unsupported` with the reason and what to do, `forbidden` naming the rule, `conflict` in an archived session
 */
export async function preparePrompt(
  ctx: Context,
  { access, fields }: { access: SessionAccess; fields: z.infer<typeof promptFields> },
): Promise<NewPrompt> {
  const { teamId, actor, session } = access;
  const { text, model, effort, attachments = [], agentThreadId, newerEdits } = fields;
  requireOpen(session);
  const agent = await requireAgent(ctx, fields.agent);
  const mode = fields.mode ?? agent.defaultMode;
  if (!agent.modes.includes(mode))
    throw new AppError(
      'unsupported',
      `${agent.title} does not offer the mode ${mode}. Choose one of: ${agent.modes.join(', ')}.`,
    );
  await requireMode(access, mode);
  await checkAttachments(ctx, { sessionId: session.id, teamId, agent, attachments });
  return {
    sessionId: session.id,
    teamId,
    author: actorRef(actor),
    text: await wordsKept({ teamId, sessionId: session.id }, text),
    agent: agent.name,
    mode,
    ...(model !== undefined && { model }),
    ...(effort !== undefined && { effort }),
    attachments,
    threadId: agentThreadId ?? null,
    ...(newerEdits && { newerEdits }),
  };
}

/** In the mode `auto` an agent goes on without asking anybody. @throws AppError `forbidden` naming the rule that denies it */
export async function requireMode({ teamId, role, actor, project }: SessionAccess, mode: RunMode): Promise<void> {
  if (mode !== 'auto') return;
  const { personId: id, name, email } = actor;
  const caller = { person: { id, name, email }, teamId, role, projectId: project.id };
  await requirePermitted({ action: 'runUnattended', caller }, 'The prompt was not sent in the mode auto');
}

/** @throws AppError `conflict` */
export function requireOpen(session: SessionRow): void {
  if (session.archivedAt) throw new AppError('conflict', 'This session is archived. Unarchive it to work in it again.');
}
