import type { SessionEventBody } from '../core/session-event.ts';
import type { RecordMask } from '../governance/dlp/mask-record.ts';

type Append = (body: SessionEventBody) => Promise<void>;
type Piece = Extract<SessionEventBody, { type: 'agent_text' | 'agent_thought' }>;

/**
 * Entries of a run on their way to the log, with masks in the place of values that the session knows. Of a message that is streamed the end
 * is held back while it may be the beginning of a value.
 */
export function maskedEvents(mask: RecordMask, append: Append) {
  let held: Piece | undefined;

  async function release(): Promise<void> {
    const last = held;
    held = undefined;
    if (last) await append({ ...last, text: await mask.mask(last.text) });
  }

  async function piece(body: Piece): Promise<void> {
    if (held && (held.messageId !== body.messageId || held.type !== body.type)) await release();
    const { kept, held: rest } = await mask.maskPiece((held?.text ?? '') + body.text);
    held = rest === '' ? undefined : { ...body, text: rest };
    if (kept !== '') await append({ ...body, text: kept });
  }

  return {
    async add(body: SessionEventBody): Promise<void> {
      if (body.type === 'agent_text' || body.type === 'agent_thought') return piece(body);
      await release();
      await append(await maskedBody(body, mask));
    },
    /** What is still held; no more entries come. */
    end: release,
  };
}

/** Entries whose texts agents wrote. */
async function maskedBody(body: SessionEventBody, mask: RecordMask): Promise<SessionEventBody> {
  switch (body.type) {
    case 'agent_plan':
      return {
        ...body,
        entries: await each(body.entries, async (entry) => ({ ...entry, text: await mask.mask(entry.text) })),
      };
    case 'tool_call':
    case 'tool_call_update':
      return maskedCall(body, mask);
    default:
      return body;
  }
}

type Call = Extract<SessionEventBody, { type: 'tool_call' | 'tool_call_update' }>;

async function maskedCall<T extends Call>(body: T, mask: RecordMask): Promise<T> {
  const masked: Partial<Call> = {};
  if (body.title !== undefined) masked.title = await mask.mask(body.title);
  if ('input' in body && body.input)
    Object.assign(masked, { input: { ...body.input, text: await mask.mask(body.input.text) } });
  if ('output' in body && body.output)
    Object.assign(masked, { output: { ...body.output, text: await mask.mask(body.output.text) } });
  if (body.diffs)
    masked.diffs = await each(body.diffs, async ({ path, oldText, newText }) => ({
      path,
      oldText: oldText === null ? null : await mask.mask(oldText),
      newText: await mask.mask(newText),
    }));
  return { ...body, ...masked };
}

const each = <T, U>(items: readonly T[], turn: (item: T) => Promise<U>): Promise<U[]> => Promise.all(items.map(turn));
