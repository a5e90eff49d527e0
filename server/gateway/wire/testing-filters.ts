import type { LlmError, LlmUsage } from '../../core/llm-message.ts';
import type { SseEvent } from '../../platform/sse.ts';
import type { ReplyForm, StreamFilter, StreamPiece, Wire } from './wire.ts';

/** Lets everything through. */
export const openFilter: StreamFilter = { push: ({ text }) => text, end: () => '' };

/** Holds every text back until its channel ends, and gives it in capitals then. */
export function holdingFilter(seen: StreamPiece[] = []): StreamFilter {
  const held = new Map<string, string>();
  return {
    push(piece) {
      seen.push(piece);
      held.set(piece.channel, (held.get(piece.channel) ?? '') + piece.text);
      return '';
    },
    end(channel) {
      const all = held.get(channel) ?? '';
      held.delete(channel);
      return all.toUpperCase();
    },
  };
}

export type Told = { usage: LlmUsage[]; ends: number; errors: LlmError[] };

/** Passes a stream and gathers what it told. */
export function passStream(
  wire: Wire,
  events: readonly SseEvent[],
  { filter, reply }: { filter: StreamFilter; reply: ReplyForm },
): { passed: SseEvent[]; told: Told } {
  const told: Told = { usage: [], ends: 0, errors: [] };
  const next = wire.streamPass(
    filter,
    {
      onUsage: (usage) => told.usage.push(usage),
      onEnd: () => {
        told.ends += 1;
      },
      onError: (error) => told.errors.push(error),
    },
    reply,
  );
  return { passed: events.flatMap((event) => next(event)), told };
}
