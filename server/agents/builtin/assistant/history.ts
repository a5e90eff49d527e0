import { z } from 'zod';

/**
 * What an assistant's session remembers, in order: what people said, what the model answered and called, and what the calls
 * came to. It is kept as it is between turns and processes; `chat-messages.ts` says it in the words of a protocol.
 */
const asked = z.object({ id: z.string(), name: z.string(), arguments: z.string() });

const part = z.discriminatedUnion('type', [
  z.object({ type: z.literal('text'), text: z.string() }),
  z.object({ type: z.literal('image'), mediaType: z.string(), data: z.string() }),
]);

export const historyItem = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('person'), parts: z.array(part) }),
  z.object({
    kind: z.literal('answer'),
    text: z.string(),
    /** What the model thought before it called tools: given back to it while the turn goes on. */
    thought: z.string().optional(),
    calls: z.array(asked),
  }),
  z.object({
    kind: z.literal('result'),
    callId: z.string(),
    text: z.string(),
    /** Says in a few words what was done, for when the text itself is left out. */
    about: z.string(),
    /** The text is a word in place of what was left out. */
    isFolded: z.boolean().optional(),
  }),
  /** A word of the host between turns, such as what became of a suggestion, or of the loop, such as that an answer was cut. */
  z.object({ kind: z.literal('note'), text: z.string() }),
  /** In place of the answers and results that stood before it; what people said before it still stands there. */
  z.object({ kind: z.literal('summary'), text: z.string() }),
]);

export type AskedCall = z.infer<typeof asked>;
export type PersonPart = z.infer<typeof part>;
export type HistoryItem = z.infer<typeof historyItem>;
export type ResultItem = Extract<HistoryItem, { kind: 'result' }>;

/** A call's arguments in few words, for titles and for what was folded. */
export function aboutCall(call: AskedCall): string {
  return `${call.name} ${call.arguments.replaceAll(/\s+/g, ' ')}`.slice(0, 160).toWellFormed();
}
