import { and, desc, eq, isNotNull } from 'drizzle-orm';
import { schema } from '../../../db/client.ts';
import type { Context } from '../../context.ts';
import { AppError } from '../../core/errors.ts';
import { lockEventLog } from '../event-log.ts';
import { findChoice, insertThread, noSuchThread, setChoice } from './thread-row.ts';

export type PromptTo = {
  sessionId: string;
  teamId: string;
  agent: string;
  personId: string;
  /** The thread that was asked for. */
  threadId?: string | null;
  /** Whether people's edits since the thread's last turn are brought into its files; left out: see `TurnOfPrompt`. */
  newerEdits?: NewerEdits | undefined;
};

export type NewerEdits = 'merge' | 'leave';

/** What a prompt is a turn of. Without a word of its author newer edits are merged, but a fork begins as it was. */
export type TurnOfPrompt = { threadId: string; newerEdits: NewerEdits };

/**
 * The thread that a prompt is a turn of, in the transaction that stores the prompt: the one asked for; else the one its author
 * is in; else the one that was used last, whoever did, since a session's conversation is everybody's; else a new one.
 * @throws AppError `not_found`, or `invalid` when it is another agent's
 */
export async function turnOfPrompt(tx: Context, prompt: PromptTo): Promise<TurnOfPrompt> {
  // Two first prompts at once are turns of one thread, not of two.
  await lockEventLog(tx.db, prompt.sessionId);
  const threadId = await threadOfPrompt(tx, prompt);
  const { sessionId, teamId, agent, personId, newerEdits } = prompt;
  await setChoice(tx, { sessionId, teamId, agent, personId, threadId });
  return { threadId, newerEdits: newerEdits ?? ((await isNewFork(tx, threadId, prompt)) ? 'leave' : 'merge') };
}

async function isNewFork(tx: Context, threadId: string, { teamId }: PromptTo): Promise<boolean> {
  const { agentThread, run } = schema;
  const [row] = await tx.db
    .select({ runId: run.id })
    .from(agentThread)
    .leftJoin(run, and(eq(run.threadId, agentThread.id), eq(run.teamId, teamId)))
    .where(and(eq(agentThread.id, threadId), eq(agentThread.teamId, teamId), isNotNull(agentThread.forkedFromRunId)))
    .limit(1);
  return row !== undefined && row.runId === null;
}

async function threadOfPrompt(tx: Context, prompt: PromptTo): Promise<string> {
  const asked = prompt.threadId ?? undefined;
  if (asked !== undefined) return askedThread(tx, { ...prompt, threadId: asked });
  return (await findChoice(tx, prompt)) ?? (await lastUsed(tx, prompt)) ?? (await insertThread(tx, prompt));
}

async function askedThread(tx: Context, prompt: PromptTo & { threadId: string }): Promise<string> {
  const { agentThread } = schema;
  const { threadId, sessionId, teamId, agent } = prompt;
  const [thread] = await tx.db
    .select({ agent: agentThread.agent })
    .from(agentThread)
    .where(and(eq(agentThread.id, threadId), eq(agentThread.sessionId, sessionId), eq(agentThread.teamId, teamId)));
  if (!thread) throw noSuchThread();
  if (thread.agent !== agent)
    throw new AppError(
      'invalid',
      `This conversation is one with ${thread.agent}. Prompt that agent, or begin a new one.`,
    );
  return threadId;
}

async function lastUsed(tx: Context, { sessionId, teamId, agent }: PromptTo): Promise<string | undefined> {
  const { run } = schema;
  const [row] = await tx.db
    .select({ threadId: run.threadId })
    .from(run)
    .where(and(eq(run.sessionId, sessionId), eq(run.teamId, teamId), eq(run.agent, agent), isNotNull(run.threadId)))
    .orderBy(desc(run.createdAt))
    .limit(1);
  return row?.threadId ?? undefined;
}
