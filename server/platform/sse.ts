import { StringDecoder } from 'node:string_decoder';
import { AppError } from '../core/errors.ts';

/** One event of a stream of server-sent events (HTML standard, section 9.2). `data` is the text as it came. */
export type SseEvent = { event?: string; data: string };

/** The largest event that is read: a whole answer with images fits, an endless line does not fill the memory. */
export const maxEventChars = 32 * 1024 * 1024;

const byteOrderMark = '\uFEFF';
const anyLineEnd = /\r\n|\r|\n/;
const nextLineEnd = /[\r\n]/g;

/** What a reader remembers between two pieces of bytes. */
type Reading = {
  readonly limitChars: number;
  isFirst: boolean;
  /** The last piece ended with CR: a LF at the start of the next belongs to it. */
  skipsLineFeed: boolean;
  /** The beginning of a line whose end has not come. Pieces, since joining at each would take quadratic time. */
  line: string[];
  event: string | undefined;
  data: string[];
  sizeChars: number;
};

/**
 * A reader of one stream of server-sent events (HTML standard, section 9.2.6), for bytes cut anywhere. Comments, `id` and
 * `retry` are read over; an event that has not ended with an empty line is none.
 * @throws AppError `too_large` for an event of more than `limitChars`
 */
export function sseReader(limitChars = maxEventChars): (bytes: Uint8Array) => SseEvent[] {
  const decoder = new StringDecoder('utf8');
  const reading: Reading = {
    limitChars,
    isFirst: true,
    skipsLineFeed: false,
    line: [],
    event: undefined,
    data: [],
    sizeChars: 0,
  };
  return (bytes) => {
    const events: SseEvent[] = [];
    const text = decoder.write(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength));
    if (text !== '') readText(reading, text, events);
    return events;
  };
}

function readText(reading: Reading, text: string, events: SseEvent[]): void {
  let at = 0;
  if (reading.isFirst && text.startsWith(byteOrderMark)) at = 1;
  reading.isFirst = false;
  if (reading.skipsLineFeed && text.startsWith('\n', at)) at += 1;
  reading.skipsLineFeed = text.endsWith('\r');
  const hasReturns = text.includes('\r', at);
  while (at < text.length) {
    const [end, next] = lineEnd(text, at, hasReturns);
    const piece = text.slice(at, end);
    count(reading, piece.length);
    if (next === -1) {
      reading.line.push(piece);
      return;
    }
    readLine(reading, wholeLine(reading, piece), events);
    at = next;
  }
}

/** Where the line from `at` on ends, and where the next begins; -1 when its end has not come. */
function lineEnd(text: string, at: number, hasReturns: boolean): [end: number, next: number] {
  // One search for both: one for each would read the rest of the text again at every line.
  nextLineEnd.lastIndex = at;
  const end = hasReturns ? (nextLineEnd.exec(text)?.index ?? -1) : text.indexOf('\n', at);
  if (end === -1) return [text.length, -1];
  return [end, text.startsWith('\r\n', end) ? end + 2 : end + 1];
}

function wholeLine(reading: Reading, piece: string): string {
  if (reading.line.length === 0) return piece;
  reading.line.push(piece);
  const line = reading.line.join('');
  reading.line = [];
  return line;
}

function count(reading: Reading, chars: number): void {
  reading.sizeChars += chars;
  if (reading.sizeChars <= reading.limitChars) return;
  throw new AppError(
    'too_large',
    `An event of the stream is larger than ${reading.limitChars} characters. Ask for a shorter answer.`,
  );
}

function readLine(reading: Reading, line: string, events: SseEvent[]): void {
  if (line === '') {
    if (reading.data.length > 0) events.push(finished(reading));
    reading.event = undefined;
    reading.data = [];
    reading.sizeChars = 0;
    return;
  }
  if (line.startsWith('data:')) {
    reading.data.push(line.slice(line.charCodeAt(5) === 0x20 ? 6 : 5));
    return;
  }
  if (line.startsWith('event:')) reading.event = line.slice(line.charCodeAt(6) === 0x20 ? 7 : 6);
  else if (line === 'data') reading.data.push('');
  else if (line === 'event') reading.event = undefined;
  else reading.sizeChars -= line.length;
}

function finished({ event, data }: Reading): SseEvent {
  const [first = ''] = data;
  const text = data.length === 1 ? first : data.join('\n');
  return event ? { event, data: text } : { data: text };
}

/** An event as text on the line. */
export function writeSse({ event, data }: SseEvent): string {
  const head = event === undefined ? '' : `event: ${event}\n`;
  if (!data.includes('\n') && !data.includes('\r')) return `${head}data: ${data}\n\n`;
  const lines = data.split(anyLineEnd).map((line) => `data: ${line}\n`);
  return `${head}${lines.join('')}\n`;
}

/** Events of one piece of an answer as text on the line. */
export function writeSseEvents(events: readonly SseEvent[]): string {
  let text = '';
  for (const event of events) text += writeSse(event);
  return text;
}
