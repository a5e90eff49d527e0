import type { LlmStreamEvent } from '../core/llm-message.ts';
import type { StreamFilter, StreamListener, StreamPiece } from './wire/wire.ts';

type Delta = Extract<LlmStreamEvent, { type: 'text' | 'thinking' | 'arguments' | 'refusal' }>;

/** Texts that have begun, by the index of their part: how the last delta looked, for one more of its kind. */
type Filtering = { filter: StreamFilter; names: Map<number, string>; begun: Map<number, Delta> };

/**
 * Neutral events with their texts passed through `filter`. What it holds back of a part comes as one more delta before the
 * part ends, of a thought before its proof.
 */
export function partFilter(filter: StreamFilter, tell: StreamListener): (event: LlmStreamEvent) => LlmStreamEvent[] {
  const filtering: Filtering = { filter, names: new Map(), begun: new Map() };
  return (event) => {
    listen(event, tell);
    switch (event.type) {
      case 'part_start':
        if (event.part.type === 'tool_call') filtering.names.set(event.index, event.part.name);
        return [event];
      case 'text':
      case 'refusal':
      case 'thinking':
      case 'arguments':
        return pushed(filtering, event);
      case 'thinking_proof':
      case 'part_end':
        return [...released(filtering, event.index), event];
      default:
        return [event];
    }
  };
}

function listen(event: LlmStreamEvent, tell: StreamListener): void {
  if ('usage' in event && event.usage !== undefined) tell.onUsage(event.usage);
  if (event.type === 'end') tell.onEnd();
  if (event.type === 'error') tell.onError(event.error);
}

function pushed(filtering: Filtering, event: Delta): LlmStreamEvent[] {
  const passed = filtering.filter.push(pieceOf(filtering, event));
  filtering.begun.set(event.index, event);
  return passed === '' ? [] : [withText(event, passed)];
}

const roles = { text: 'assistant', refusal: 'assistant', thinking: 'thinking', arguments: 'tool_arguments' } as const;

function pieceOf({ names }: Filtering, event: Delta): StreamPiece {
  const toolName = names.get(event.index);
  return {
    channel: String(event.index),
    role: roles[event.type],
    isJson: event.type === 'arguments',
    ...(toolName === undefined ? {} : { toolName }),
    text: event.type === 'arguments' ? event.json : event.text,
  };
}

function withText(event: Delta, text: string): Delta {
  return event.type === 'arguments' ? { ...event, json: text } : { ...event, text };
}

function released({ filter, begun }: Filtering, index: number): LlmStreamEvent[] {
  const last = begun.get(index);
  if (last === undefined) return [];
  begun.delete(index);
  const held = filter.end(String(index));
  return held === '' ? [] : [withText(last, held)];
}
