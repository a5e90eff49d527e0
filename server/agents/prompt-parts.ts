import { and, eq } from 'drizzle-orm';
import { schema } from '../../db/client.ts';
import type { Context } from '../context.ts';
import type { PromptAttachment } from '../core/attachment.ts';
import type { TextItem } from '../core/transcript-item.ts';
import { emptyTranscript, foldEvents } from '../core/transcript.ts';
import { readEvents } from '../runs/queries.ts';
import type { RunRow } from '../runs/run-claim.ts';

/** What an agent gets beside the words of a prompt. `path` is relative to the repository. */
export type PromptPart =
  | { type: 'text'; text: string }
  | { type: 'file'; path: string }
  | { type: 'image'; name: string; mimeType: string; content: Uint8Array };

type OfSession = Pick<RunRow, 'sessionId' | 'teamId'>;

const mostWords = 4_000;

/** What goes with a run's prompt, as its agent reads it: files by name, places and what happened in words, images. */
export async function promptParts(ctx: Context, run: RunRow): Promise<PromptPart[]> {
  const { runPrompt } = schema;
  const [stored] = await ctx.db
    .select({ attachments: runPrompt.attachments })
    .from(runPrompt)
    .where(and(eq(runPrompt.runId, run.id), eq(runPrompt.teamId, run.teamId)));
  const parts = await Promise.all((stored?.attachments ?? []).map((attachment) => partsOf(ctx, run, attachment)));
  return parts.flat();
}

async function partsOf(ctx: Context, run: RunRow, attachment: PromptAttachment): Promise<PromptPart[]> {
  switch (attachment.kind) {
    case 'file':
      return [{ type: 'file', path: attachment.path }];
    case 'symbol': {
      const { path, name, line } = attachment;
      return [{ type: 'file', path }, words(`The symbol ${name} is in ${path}, line ${line}.`)];
    }
    case 'range':
      return [words(rangeWords(attachment))];
    case 'diagnostic': {
      const { path, line, severity, message, source } = attachment;
      return [words(`${source ?? 'The editor'} reports this ${severity} in ${path}, line ${line}: ${message}`)];
    }
    case 'run':
      return [words(await runWords(ctx, run, attachment.runId))];
    case 'suggestion':
      return [words(await suggestionWords(ctx, run, attachment.suggestionId))];
    case 'image':
      return imagePart(ctx, run, attachment);
  }
}

const words = (text: string): PromptPart => ({ type: 'text', text });

function rangeWords({ path, startLine, endLine, text }: Extract<PromptAttachment, { kind: 'range' }>): string {
  const longest = Math.max(2, ...[...text.matchAll(/`+/g)].map(([ticks]) => ticks.length));
  const fence = '`'.repeat(longest + 1);
  return `${path}, lines ${startLine} to ${endLine}:\n${fence}\n${text}\n${fence}`;
}

/** An earlier turn: what was asked, how it ended, what its agent said last. */
async function runWords(ctx: Context, { sessionId, teamId }: OfSession, runId: string): Promise<string> {
  const events = await readEvents(ctx, { sessionId, teamId, runId, afterSeq: 0, limit: 5_000 });
  const { items, runs } = foldEvents(emptyTranscript(), events);
  const asked = items.find((item) => item.kind === 'prompt');
  const said = items.findLast((item): item is TextItem => item.kind === 'text');
  const about = runs[runId];
  if (!about || !asked) return 'An earlier turn that is named here is gone.';
  const answer = said ? `\nIts answer ended with:\n${said.text.slice(-mostWords)}` : '';
  return `An earlier turn of ${about.agent}, asked by ${about.author.name}, now ${about.state}. The prompt was:\n${asked.text.slice(0, mostWords)}${answer}`;
}

async function suggestionWords(ctx: Context, { sessionId, teamId }: RunRow, id: string): Promise<string> {
  const { suggestion, hunkDecision } = schema;
  const [found] = await ctx.db
    .select({ runId: suggestion.runId, hunks: suggestion.hunkCount, decided: suggestion.decidedCount })
    .from(suggestion)
    .where(and(eq(suggestion.id, id), eq(suggestion.sessionId, sessionId), eq(suggestion.teamId, teamId)));
  if (!found) return 'A suggestion that is named here is gone.';
  const decisions = await ctx.db
    .select({ path: hunkDecision.path, state: hunkDecision.state, reason: hunkDecision.reason })
    .from(hunkDecision)
    .where(and(eq(hunkDecision.suggestionId, id), eq(hunkDecision.teamId, teamId)));
  const lines = decisions.map(
    ({ path, state, reason }) => `- ${path}: ${state}${reason === null ? '' : `, ${reason}`}`,
  );
  const head = `A suggestion with ${found.hunks} hunks, ${found.decided} of them decided on by people.`;
  return [head, ...lines, await runWords(ctx, { sessionId, teamId }, found.runId)].join('\n');
}

async function imagePart(
  ctx: Context,
  { sessionId, teamId }: RunRow,
  { imageId, name }: Extract<PromptAttachment, { kind: 'image' }>,
): Promise<PromptPart[]> {
  const { promptImage } = schema;
  const [image] = await ctx.db
    .select({ mimeType: promptImage.mimeType, content: promptImage.content })
    .from(promptImage)
    .where(and(eq(promptImage.id, imageId), eq(promptImage.sessionId, sessionId), eq(promptImage.teamId, teamId)));
  return image ? [{ type: 'image', name, ...image }] : [words(`The image ${name} is gone.`)];
}
