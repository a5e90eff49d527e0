import type { Asked } from './model-server-asked.ts';
import type { Spoken } from './model-server-script.ts';

/** One event of a stream, before it is bytes. */
export type Frame = { event?: string; data: unknown };

/** How one protocol writes what a script says. */
export type Protocol = {
  whole(spoken: Spoken, asked: Asked): unknown;
  /** All events of the stream, its last one included. */
  frames(spoken: Spoken, asked: Asked): Frame[];
  error(status: number, message: string): unknown;
  /** What a stream says when it fails in the middle, after `at` events. */
  streamError(message: string, at: number): Frame[];
};

/** `[DONE]` stands in a stream as it is; all else is JSON. */
export function frameText({ event, data }: Frame): string {
  const text = typeof data === 'string' ? data : JSON.stringify(data);
  return `${event === undefined ? '' : `event: ${event}\n`}data: ${text}\n\n`;
}
