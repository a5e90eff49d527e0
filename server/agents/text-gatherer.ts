import type { SessionEventBody } from '../core/session-event.ts';

type TextType = 'agent_text' | 'agent_thought';

export type TextGatherer = {
  /** Adds a piece; returns the entries that are complete by now. */
  add(type: TextType, messageId: string | undefined, piece: string): SessionEventBody[];
  /** What is gathered, as an entry; the message may go on. */
  flush(): SessionEventBody[];
  /** The same, and the message is over: the next piece without an id begins a new one. */
  endMessage(): SessionEventBody[];
  /** When `flush` is due; undefined when nothing is gathered. */
  dueAt(): number | undefined;
};

const maxEntryChars = 8192;
const maxRunChars = 4 * 1024 * 1024;

/** Gathers streamed text, so that the log gets an entry each `coalesceMs` and not one for each token. */
export function createTextGatherer(options: { runId: string; now(): number; coalesceMs: number }): TextGatherer {
  let message: { type: TextType; id: string } | undefined;
  let text = '';
  let since = 0;
  let messages = 0;
  let room = maxRunChars;

  const flush = (): SessionEventBody[] => {
    if (message === undefined || text === '') return [];
    const body = { type: message.type, runId: options.runId, messageId: message.id, text };
    text = '';
    return [body];
  };

  const endMessage = (): SessionEventBody[] => {
    const bodies = flush();
    message = undefined;
    return bodies;
  };

  const limited = (piece: string): string => {
    const fits = piece.slice(0, room);
    const wasOpen = room > 0;
    room -= fits.length;
    return wasOpen && room === 0 ? `${fits}\n\n(The rest of the agent's text was dropped: it is too long.)` : fits;
  };

  return {
    add: (type, messageId, given) => {
      const piece = limited(given);
      if (piece === '') return [];
      const same = message?.type === type && (!messageId || message.id === messageId);
      const bodies = same ? [] : endMessage();
      message ??= { type, id: messageId ?? `m${(messages += 1)}` };
      if (text === '') since = options.now();
      text += piece;
      const full = text.length >= maxEntryChars || options.now() - since >= options.coalesceMs;
      return full ? [...bodies, ...flush()] : bodies;
    },
    flush,
    endMessage,
    dueAt: () => (text === '' ? undefined : since + options.coalesceMs),
  };
}
