import type { LlmStreamEvent } from '../core/llm-message.ts';

type PartEvent = Extract<LlmStreamEvent, { index: number }>;

/** `open` is the part that is being written; what comes of others meanwhile waits, part by part as they began. */
type Order = { open: number | undefined; next: number; waiting: Map<number, PartEvent[]> };

/**
 * Parts one after the other, numbered from 0, out of parts that may come side by side. An end ends every part before it; after
 * an error nothing more is said of a part, so that half a call never looks whole.
 */
export function partOrder(): (event: LlmStreamEvent) => LlmStreamEvent[] {
  const order: Order = { open: undefined, next: 0, waiting: new Map() };
  return (event) => {
    if ('index' in event) return placed(order, event);
    if (event.type === 'end') return [...drained(order), event];
    return [event];
  };
}

function placed(order: Order, event: PartEvent): LlmStreamEvent[] {
  if (order.open === undefined && event.type === 'part_start') {
    order.open = event.index;
    return [{ ...event, index: order.next }];
  }
  if (order.open !== event.index) {
    wait(order, event);
    return [];
  }
  const renumbered = { ...event, index: order.next };
  if (event.type !== 'part_end') return [renumbered];
  order.open = undefined;
  order.next += 1;
  return [renumbered, ...resumed(order)];
}

function wait({ waiting }: Order, event: PartEvent): void {
  const events = waiting.get(event.index);
  if (events !== undefined) events.push(event);
  else if (event.type === 'part_start') waiting.set(event.index, [event]);
}

/** The part that waited longest, as far as it came; and the next when it is whole already. */
function resumed(order: Order): LlmStreamEvent[] {
  const [first] = order.waiting;
  if (first === undefined) return [];
  const [index, events] = first;
  order.waiting.delete(index);
  return events.flatMap((event) => placed(order, event));
}

function drained(order: Order): LlmStreamEvent[] {
  const events: LlmStreamEvent[] = [];
  while (order.open !== undefined) events.push(...placed(order, { type: 'part_end', index: order.open }));
  return events;
}
