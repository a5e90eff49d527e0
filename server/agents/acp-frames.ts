import type { Readable, Writable } from 'node:stream';
import type { AnyMessage, Stream } from '@agentclientprotocol/sdk';
import { lineSplitter } from './line-splitter.ts';

export type FrameOptions = {
  stdin: Writable;
  stdout: Readable;
  maxFrameBytes: number;
  maxTotalBytes: number;
  /**
   * Called for each `session/update`, which the connection then does not see. Nothing that follows is read or passed
   * on before it resolves: entries keep their order, an answer never overtakes an update, a slow log holds the agent back.
   */
  onUpdate(params: unknown): Promise<void>;
  /** The stream cannot go on; `reason` continues the sentence "The agent …". Called once at most. */
  onBroken(reason: string): void;
};

/**
 * Newline-delimited JSON over a process's pipes, strict where the SDK's own is lenient: a line that is not a
 * JSON object, is too long, or a total that is too large ends the stream.
 */
export function openFrames(options: FrameOptions): Stream {
  let open = true;
  const readable = new ReadableStream<AnyMessage>({
    start: (controller) => {
      void readFrames(options, controller).then((reason) => {
        if (reason !== undefined) options.onBroken(reason);
        // Whoever cancelled the stream has closed it already.
        if (open) controller.close();
      });
    },
    cancel: () => {
      open = false;
    },
  });
  // A pipe whose reader is gone reports here; the process's end is reported by `exited`.
  options.stdin.on('error', () => {});
  const writable = new WritableStream<AnyMessage>({
    write: (message) =>
      new Promise((resolve, reject) => {
        options.stdin.write(`${JSON.stringify(message)}\n`, (error) => (error ? reject(error) : resolve()));
      }),
  });
  return { readable, writable };
}

/** Reads to the end; the result is why it ended early. */
async function readFrames(
  options: FrameOptions,
  controller: ReadableStreamDefaultController<AnyMessage>,
): Promise<string | undefined> {
  try {
    return await readChunks(options, controller);
  } catch (error) {
    return `could not be read from (${error instanceof Error ? error.message : String(error)})`;
  }
}

async function readChunks(
  options: FrameOptions,
  controller: ReadableStreamDefaultController<AnyMessage>,
): Promise<string | undefined> {
  const lines = lineSplitter(options.maxFrameBytes);
  let total = 0;
  for await (const chunk of options.stdout as AsyncIterable<Buffer>) {
    total += chunk.length;
    if (total > options.maxTotalBytes) return `sent more than ${megabytes(options.maxTotalBytes)} in one run`;
    for (const line of lines.push(chunk)) {
      const broken = await passOn(line, options, controller);
      if (broken !== undefined) return broken;
    }
    if (lines.tooLong()) return `sent a message larger than ${megabytes(options.maxFrameBytes)}`;
  }
  return undefined;
}

async function passOn(
  line: Buffer,
  options: FrameOptions,
  controller: ReadableStreamDefaultController<AnyMessage>,
): Promise<string | undefined> {
  const frame = parseFrame(line);
  if (frame === 'broken') return `sent a line that is not a protocol message: ${excerpt(line)}`;
  if (frame === 'empty') return undefined;
  const isUpdate = 'method' in frame && frame.method === 'session/update' && !('id' in frame);
  if (isUpdate) await options.onUpdate(frame.params);
  else controller.enqueue(frame);
  return undefined;
}

function parseFrame(line: Buffer): AnyMessage | 'empty' | 'broken' {
  const text = line.toString('utf8').trim();
  if (text === '') return 'empty';
  try {
    const value: unknown = JSON.parse(text);
    return isFrame(value) ? value : 'broken';
  } catch {
    return 'broken';
  }
}

/** The envelope only; the SDK checks the rest of each message against the protocol's schema. */
function isFrame(value: unknown): value is AnyMessage {
  return typeof value === 'object' && value !== null && 'jsonrpc' in value && value.jsonrpc === '2.0';
}

function excerpt(line: Buffer): string {
  const text = line
    .subarray(0, 400)
    .toString('utf8')
    .replaceAll(/[^\x20-\x7e\u00a0-\uffff]/g, ' ')
    .trim();
  return text.length > 120 ? `${text.slice(0, 120)}…` : text;
}

function megabytes(bytes: number): string {
  return `${Math.round(bytes / 1024 / 1024)} MB`;
}
