import { and, eq } from 'drizzle-orm';
import { z } from 'zod';
import { schema } from '../../db/client.ts';
import { appendAudit } from '../audit/append.ts';
import { authorizeSession } from '../auth/authorize.ts';
import { withTransaction, type Context } from '../context.ts';
import { markedPlaces } from '../core/dlp/placeholder.ts';
import type { SessionEvent } from '../core/session-event.ts';
import { createMarkdownWriter } from '../core/session-markdown.ts';
import { openScope } from '../governance/dlp/scope.ts';
import { readEvents } from '../runs/queries.ts';

export const exportSessionInput = z.object({
  sessionId: z.string(),
  format: z.enum(['markdown', 'json']),
  /** With the values that stand behind masks; needs the right to edit. */
  withValues: z.boolean().default(false),
});

export type SessionExport = { fileName: string; contentType: string; chunks: AsyncIterable<string> };

type Values = (placeholder: string) => string | undefined;
type Source = { ctx: Context; sessionId: string; teamId: string; values: Values | undefined };

const batchSize = 200;

/**
 * A session's whole log, to keep elsewhere: as Markdown for people, as JSON with every entry and every long text for programs.
 * It is read while it is written, so its size does not matter. Masked values stay masked unless they are asked for. Who took what
 * is audited.
 * @throws AppError `not_found`, `forbidden`
 */
export async function exportSession(ctx: Context, given: z.input<typeof exportSessionInput>): Promise<SessionExport> {
  const { sessionId, format, withValues } = exportSessionInput.parse(given);
  const { session, teamId } = await authorizeSession(ctx, sessionId, withValues ? 'edit' : 'view');
  const { vault } = await openScope({ teamId, kind: 'session', id: sessionId });
  const values: Values | undefined = withValues
    ? (placeholder) => vault.placeholders.get(placeholder)?.value
    : undefined;
  await withTransaction(ctx, (tx) =>
    appendAudit(tx, {
      teamId,
      action: 'session.export',
      resource: { type: 'session', id: sessionId },
      detail: { format, withValues, masks: withValues ? vault.size : 0 },
    }),
  );
  const source = { ctx, sessionId, teamId, values };
  const name =
    session.title
      .replaceAll(/[^\p{L}\p{N}]+/gu, '-')
      .replaceAll(/^-+|-+$/g, '')
      .slice(0, 60) || 'session';
  const about = { id: session.id, title: session.title, branch: session.branch, projectId: session.projectId };
  return format === 'json'
    ? { fileName: `${name}.json`, contentType: 'application/json; charset=utf-8', chunks: asJson(source, about) }
    : { fileName: `${name}.md`, contentType: 'text/markdown; charset=utf-8', chunks: asMarkdown(source, about) };
}

type About = { id: string; title: string; branch: string; projectId: string };

async function* asMarkdown(source: Source, { title, branch }: About): AsyncGenerator<string> {
  const writer = createMarkdownWriter();
  yield `# ${title.replaceAll(/\s+/g, ' ')}\n\nBranch \`${branch}\`\n\n`;
  for await (const events of batches(source)) {
    const text = events.map((event) => writer.push(withValuesIn(event, source.values))).join('');
    if (text !== '') yield text;
  }
  yield writer.end();
}

async function* asJson(source: Source, about: About): AsyncGenerator<string> {
  yield `{"format":"ensemble.session","version":1,"session":${JSON.stringify(about)},"events":[`;
  let separator = '\n';
  for await (const events of batches(source))
    for (const event of events) {
      const whole = withValuesIn(await withWholeTexts(event, source), source.values);
      yield separator + JSON.stringify(whole);
      separator = ',\n';
    }
  yield '\n]}\n';
}

/** Whoever loses the session meanwhile gets no more of it. */
async function* batches({ ctx, sessionId, teamId }: Source): AsyncGenerator<SessionEvent[]> {
  for (let afterSeq = 0; ;) {
    await authorizeSession(ctx, sessionId, 'view');
    const events = await readEvents(ctx, { sessionId, teamId, afterSeq, limit: batchSize });
    const last = events.at(-1);
    if (!last) return;
    afterSeq = last.seq;
    yield events;
  }
}

/** The long texts of an entry in the place of their beginnings. */
async function withWholeTexts(event: SessionEvent, source: Source): Promise<SessionEvent> {
  const { body } = event;
  if (body.type === 'tool_call' && body.input?.blobId !== undefined)
    return { ...event, body: { ...body, input: await wholeText(body.input, source) } };
  if (body.type === 'tool_call_update' && body.output?.blobId !== undefined)
    return { ...event, body: { ...body, output: await wholeText(body.output, source) } };
  return event;
}

type LongText = { text: string; blobId?: string | undefined; sizeBytes: number };

async function wholeText(part: LongText, { ctx, sessionId, teamId }: Source): Promise<LongText> {
  const { eventBlob } = schema;
  const [blob] = await ctx.db
    .select({ content: eventBlob.content })
    .from(eventBlob)
    .where(and(eq(eventBlob.id, part.blobId ?? ''), eq(eventBlob.sessionId, sessionId), eq(eventBlob.teamId, teamId)));
  return blob ? { text: blob.content, sizeBytes: part.sizeBytes } : part;
}

function withValuesIn(event: SessionEvent, values: Values | undefined): SessionEvent {
  return values ? { ...event, body: eachText(event.body, (text) => unmasked(text, values)) } : event;
}

function unmasked(text: string, values: Values): string {
  let done = 0;
  let shown = '';
  for (const { start, end, placeholder } of markedPlaces(text)) {
    shown += text.slice(done, start) + (values(placeholder) ?? placeholder);
    done = end;
  }
  return shown + text.slice(done);
}

/** The same value with each text in it turned. */
function eachText<T>(value: T, turn: (text: string) => string): T {
  return JSON.parse(JSON.stringify(value), (_key, part: unknown) =>
    typeof part === 'string' ? turn(part) : part,
  ) as T;
}
