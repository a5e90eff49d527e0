/** Lets a few work at once; the others wait for their turn, in their order. */
export class Turns {
  readonly #atOnce: number;
  readonly #queue: (() => void)[] = [];
  #working = 0;

  constructor(atOnce: number) {
    this.#atOnce = atOnce;
  }

  async take<T>(work: () => Promise<T>): Promise<T> {
    if (this.#working >= this.#atOnce) await new Promise<void>((resolve) => this.#queue.push(resolve));
    else this.#working++;
    try {
      return await work();
    } finally {
      // Whoever goes hands the turn on, so nobody who comes newly gets before those who wait.
      const next = this.#queue.shift();
      if (next) next();
      else this.#working--;
    }
  }
}
