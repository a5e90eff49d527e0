import { and, asc, eq, inArray } from 'drizzle-orm';
import { schema } from '../../db/client.ts';
import type { Context } from '../context.ts';
import { sessionEventBody } from '../core/session-event.ts';
import { storySoFar } from '../core/story-so-far.ts';
import { emptyTranscript, foldEvents } from '../core/transcript.ts';
import { appendRunEvent, recordAgentSession } from '../runs/append-run-event.ts';
import type { RunClaim, RunRow } from '../runs/run-claim.ts';
import { recordUndoTold, untoldUndos } from '../runs/untold-undos.ts';
import type { OpenedSession } from './acp-session.ts';
import type { RunStart } from './run-start.ts';

type Turn = { run: RunRow; claim: RunClaim; start: RunStart; text: string };

/**
 * The words that a turn begins with, once it is known what the agent remembers: the prompt, and before it what the agent has to
 * be told. Says in the log what the turn goes on from.
 */
export async function turnPrompt(
  ctx: Context,
  { run, claim, start, text }: Turn,
  session: OpenedSession,
): Promise<string> {
  const [last] = start.earlier;
  const isFirst = last === undefined && !start.cutOff;
  if (start.remembers) await recordAgentSession(ctx, claim, session.id);
  if (isFirst || !start.remembers) return text;
  const told = session.memory === 'kept' ? '' : await tellStory(ctx, run, start);
  await appendRunEvent(ctx, claim, {
    type: 'run_continues',
    runId: run.id,
    afterRunId: last?.id ?? run.id,
    memory: session.memory === 'kept' ? 'kept' : told === '' ? 'none' : 'told',
    files: start.files,
    conflicts: start.conflicts,
  });
  const undone = await tellUndone(ctx, { run, claim, start, text });
  return [...(told === '' ? [] : [forgot(told)]), ...aboutFiles(start), ...undone, text].join('\n\n');
}

/** What people took back since the turn whose files this one begins with, and before it was cut off. Said so in the log. */
async function tellUndone(ctx: Context, { run, claim, start: { earlier, isRestored } }: Turn): Promise<string[]> {
  const made = earlier.findIndex(({ endCommit }) => endCommit !== null);
  // Files that were put back behind a turn are not what was undone in it.
  const before = isRestored ? [] : made < 0 ? earlier : earlier.slice(0, made + 1);
  const undone = await untoldUndos(ctx, run, [run.id, ...before.map(({ id }) => id)]);
  for (const undo of undone) await recordUndoTold(ctx, claim, undo);
  return undone.map(({ words }) => words);
}

/** What is not as the agent may think it is. */
function aboutFiles({ cutOff: wasCutOff, isRestored, conflicts }: RunStart): string[] {
  return [...(wasCutOff ? [cutOff] : []), ...(isRestored ? [restored] : []), ...met(conflicts)];
}

const forgot = (story: string) =>
  `You do not remember this conversation, because your memory of it is not on this machine. This is what was said:\n\n${story}\n\nThat was what was said before. The conversation goes on:`;

const cutOff =
  'Your process was ended from outside in the middle of this turn and was started again. The files are as you had left them. Look at how far you came, and go on with this:';

const restored =
  'People have put the files back to how they were after an earlier turn of this conversation. What you changed after that turn is not in them any more.';

function met(conflicts: readonly string[]): string[] {
  if (conflicts.length === 0) return [];
  return [
    `People have changed these files in the same lines as you; they hold people's text, without your earlier change: ${conflicts.join(', ')}.`,
  ];
}

async function tellStory(ctx: Context, run: RunRow, { earlier, cutOff: again }: RunStart): Promise<string> {
  const { sessionEvent } = schema;
  const runIds = [...earlier.map(({ id }) => id).toReversed(), ...(again ? [run.id] : [])];
  const rows = await ctx.db
    .select({ seq: sessionEvent.seq, at: sessionEvent.createdAt, actor: sessionEvent.actor, body: sessionEvent.body })
    .from(sessionEvent)
    .where(
      and(
        eq(sessionEvent.sessionId, run.sessionId),
        eq(sessionEvent.teamId, run.teamId),
        inArray(sessionEvent.runId, runIds),
      ),
    )
    .orderBy(asc(sessionEvent.seq));
  const events = rows.map(({ seq, at, actor, body }) => ({
    seq,
    at: at.toISOString(),
    actor,
    body: sessionEventBody.parse(body),
  }));
  return storySoFar(foldEvents(emptyTranscript(), events), runIds);
}
