export type GroupCommitOptions = {
  mostAtOnce: number;
  /** How long, in milliseconds, the first of a batch waits for others. Without it, for those of the same turn of the event loop only. */
  lingerMs?: number;
};

/**
 * Group commit: what arrives while a write is under way goes with the next one, so that many callers share a transaction
 * and none waits for more than one before its own. `write` gets a batch in order of arrival and answers each of it.
 */
export class GroupCommit<Item, Answer> {
  readonly #write: (items: readonly Item[]) => Promise<readonly Answer[]>;
  readonly #mostAtOnce: number;
  readonly #lingerMs: number;
  #queue: Waiting<Item, Answer>[] = [];
  #flushing: Promise<void> | undefined;
  #lastAdded: Promise<unknown> = Promise.resolve();
  #lastSize = 0;
  #isHurried = false;
  #endLinger: (() => void) | undefined;

  constructor(
    write: (items: readonly Item[]) => Promise<readonly Answer[]>,
    { mostAtOnce, lingerMs = 0 }: GroupCommitOptions,
  ) {
    this.#write = write;
    this.#mostAtOnce = mostAtOnce;
    this.#lingerMs = lingerMs;
  }

  /**
   * Resolves once this item is written. An item that cannot be written fails alone: when a batch is refused for its
   * content, its items are tried one by one.
   */
  add(item: Item): Promise<Answer> {
    const written = new Promise<Answer>((resolve, reject) => {
      this.#queue.push({ item, resolve, reject });
      if (this.#queue.length >= this.#mostAtOnce) this.#endLinger?.();
      this.#flushing ??= this.#flush();
    });
    this.#lastAdded = written;
    return written;
  }

  /** Writes what was added so far without waiting for more; resolves once it is written or has failed. */
  async flushed(): Promise<void> {
    if (!this.#flushing) return;
    this.#isHurried = true;
    this.#endLinger?.();
    await this.#lastAdded.catch(() => undefined);
  }

  /** Resolves once everything is written or has failed, also what is added meanwhile. */
  async settled(): Promise<void> {
    while (this.#flushing) {
      await this.flushed();
      await nextTurn();
    }
  }

  async #flush(): Promise<void> {
    while (this.#queue.length > 0) {
      await this.#gathered();
      const batch = this.#queue.splice(0, this.#mostAtOnce);
      this.#lastSize = batch.length;
      await this.#writeBatch(batch);
    }
    this.#isHurried = false;
    this.#flushing = undefined;
  }

  /** Resolves when no more is waited for. A caller who was alone the last time is taken to be alone again. */
  async #gathered(): Promise<void> {
    if (this.#isHurried || this.#queue.length >= this.#mostAtOnce) return;
    if (this.#lingerMs === 0) {
      if (this.#lastSize !== 1) await nextTurn();
      return;
    }
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, this.#lingerMs);
      this.#endLinger = () => {
        clearTimeout(timer);
        resolve();
      };
    });
    this.#endLinger = undefined;
  }

  async #writeBatch(batch: readonly Waiting<Item, Answer>[]): Promise<void> {
    try {
      const answers = await this.#write(batch.map(({ item }) => item));
      if (answers.length !== batch.length) throw new Error('a batch was answered in part');
      for (const [index, answer] of answers.entries()) batch[index]?.resolve(answer);
    } catch (error) {
      if (batch.length > 1 && isAboutContent(error)) for (const one of batch) await this.#writeBatch([one]);
      else for (const { reject } of batch) reject(error);
    }
  }
}

const nextTurn = () => new Promise<void>((resolve) => setImmediate(resolve));

type Waiting<Item, Answer> = { item: Item; resolve: (answer: Answer) => void; reject: (error: unknown) => void };

/** Whether Postgres refused what was to be written, so that trying again would not help: error classes 22 and 23. */
export function isAboutContent(error: unknown): boolean {
  return error instanceof Error && 'code' in error && /^2[23]/.test(String(error.code));
}
