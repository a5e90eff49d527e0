/**
 * Group commit: what arrives while a write is under way goes with the next one, so that many callers share a transaction
 * and none waits for more than one before its own. `write` gets a batch in order of arrival and answers each of it.
 */
export class GroupCommit<Item, Answer> {
  readonly #write: (items: readonly Item[]) => Promise<readonly Answer[]>;
  readonly #mostAtOnce: number;
  #queue: Waiting<Item, Answer>[] = [];
  #flushing: Promise<void> | undefined;

  constructor(write: (items: readonly Item[]) => Promise<readonly Answer[]>, mostAtOnce: number) {
    this.#write = write;
    this.#mostAtOnce = mostAtOnce;
  }

  /**
   * Resolves once this item is written. An item that cannot be written fails alone: when a batch is refused for its
   * content, its items are tried one by one.
   */
  add(item: Item): Promise<Answer> {
    return new Promise((resolve, reject) => {
      this.#queue.push({ item, resolve, reject });
      this.#flushing ??= this.#flush();
    });
  }

  /** Resolves once everything added so far is written or has failed. */
  async settled(): Promise<void> {
    while (this.#flushing) await this.#flushing;
  }

  async #flush(): Promise<void> {
    // What the same turn of the event loop brings goes into the same batch.
    await new Promise(setImmediate);
    while (this.#queue.length > 0) await this.#writeBatch(this.#queue.splice(0, this.#mostAtOnce));
    this.#flushing = undefined;
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

type Waiting<Item, Answer> = { item: Item; resolve: (answer: Answer) => void; reject: (error: unknown) => void };

/** Whether Postgres refused what was to be written, so that trying again would not help: error classes 22 and 23. */
export function isAboutContent(error: unknown): boolean {
  return error instanceof Error && 'code' in error && /^2[23]/.test(String(error.code));
}
