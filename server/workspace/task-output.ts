import { schema } from '../../db/client.ts';
import { withTransaction, type Context } from '../context.ts';
import type { ActorRef } from '../core/actor.ts';
import { TerminalText } from '../core/terminal-text.ts';
import { newId } from '../platform/ids.ts';
import { appendSessionEvent } from '../runs/event-log.ts';
import type { TaskRow } from './task-end.ts';

/** The most that is kept of one command's output. */
export const maxOutputBytes = 2 * 1024 * 1024;
/** The most that goes into the session's log entry by entry; the whole is stored beside it. */
const maxInlineLength = 256 * 1024;
const maxEntryLength = 32 * 1024;
const everyMs = 100;

const cut = '\n[The rest is in the whole output.]\n';

/** Writes a command's output into the session's log: plain text, coalesced, bounded. */
export class TaskOutput {
  readonly #ctx: Context;
  readonly #task: TaskRow;
  readonly #actor: ActorRef;
  readonly #texts = { stdout: new TerminalText(), stderr: new TerminalText() };
  readonly #decoders = { stdout: new TextDecoder(), stderr: new TextDecoder() };
  readonly #whole: string[] = [];
  #pending = '';
  #inlineLength = 0;
  #timer: NodeJS.Timeout | undefined;
  #writing: Promise<void> = Promise.resolve();

  constructor(ctx: Context, task: TaskRow, actor: ActorRef) {
    this.#ctx = ctx;
    this.#task = task;
    this.#actor = actor;
  }

  push(stream: 'stdout' | 'stderr', chunk: Buffer): void {
    this.#add(this.#texts[stream].push(this.#decoders[stream].decode(chunk, { stream: true })));
  }

  /** A line of Ensemble's own between those of the command. */
  note(text: string): void {
    this.#add(`${text}\n`);
  }

  #add(text: string): void {
    if (text === '') return;
    this.#whole.push(text);
    this.#pending += text;
    this.#timer ??= setTimeout(() => this.#flushLater(), everyMs);
  }

  #flushLater(): void {
    this.#timer = undefined;
    this.#writing = this.#writing.then(() => this.#flush());
    // The failure is met by `end`, which waits for the same promise.
    this.#writing.catch(() => undefined);
  }

  async #flush(): Promise<void> {
    while (this.#pending !== '' && this.#inlineLength < maxInlineLength) {
      const room = Math.min(maxEntryLength, maxInlineLength - this.#inlineLength);
      const text = wholeHead(this.#pending, room);
      this.#pending = this.#pending.slice(text.length);
      this.#inlineLength += text.length;
      await this.#append(this.#inlineLength >= maxInlineLength ? text + cut : text);
    }
    this.#pending = '';
  }

  async #append(text: string): Promise<void> {
    await withTransaction(this.#ctx, (tx) =>
      appendSessionEvent(tx.db, {
        sessionId: this.#task.sessionId,
        teamId: this.#task.teamId,
        actor: this.#actor,
        body: { type: 'task_output', taskId: this.#task.id, text },
      }),
    );
  }

  /**
   * Writes what is left.
   * @returns the id of the whole output when the log holds only its head
   * @throws what writing threw
   */
  async end(): Promise<string | undefined> {
    for (const stream of ['stdout', 'stderr'] as const)
      this.#add(this.#texts[stream].push(this.#decoders[stream].decode()) + this.#texts[stream].end());
    clearTimeout(this.#timer);
    this.#writing = this.#writing.then(() => this.#flush());
    await this.#writing;
    if (this.#inlineLength < maxInlineLength) return undefined;
    const id = newId('blb');
    const { teamId, sessionId } = this.#task;
    await this.#ctx.db.insert(schema.eventBlob).values({ id, teamId, sessionId, content: this.#whole.join('') });
    return id;
  }
}

/** The first `length` units, or one more where that would cut a pair: half of one cannot be stored. */
function wholeHead(text: string, length: number): string {
  const head = text.slice(0, length);
  return head.isWellFormed() ? head : text.slice(0, length + 1);
}
