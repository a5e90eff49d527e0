import type { Readable } from 'node:stream';

const maxLineLength = 500;

/** Reads lines and counted bytes from a stream in turns. One request at a time. */
export class FramedReader {
  #chunks: Buffer[] = [];
  #ended = false;
  #wake: (() => void) | undefined;

  constructor(source: Readable) {
    source.on('data', (chunk: Buffer) => {
      this.#chunks.push(chunk);
      this.#wake?.();
    });
    source.once('close', () => {
      this.#ended = true;
      this.#wake?.();
    });
  }

  /** The next line without its line feed. @throws Error when the stream ends before, or the line is long */
  async line(): Promise<string> {
    for (;;) {
      const seen = Buffer.concat(this.#chunks);
      const end = seen.indexOf(0x0a);
      this.#chunks = [seen];
      if (end > maxLineLength || (end < 0 && seen.length > maxLineLength)) throw new Error('The line is too long');
      if (end >= 0) {
        this.#chunks = [seen.subarray(end + 1)];
        return seen.subarray(0, end).toString('utf8');
      }
      await this.#more();
    }
  }

  async bytes(count: number): Promise<Buffer> {
    let length = this.#chunks.reduce((sum, chunk) => sum + chunk.length, 0);
    while (length < count) {
      await this.#more();
      length = this.#chunks.reduce((sum, chunk) => sum + chunk.length, 0);
    }
    const all = Buffer.concat(this.#chunks);
    this.#chunks = [all.subarray(count)];
    return all.subarray(0, count);
  }

  async #more(): Promise<void> {
    const before = this.#chunks.length;
    if (!this.#ended) await new Promise<void>((resolve) => void (this.#wake = resolve));
    this.#wake = undefined;
    if (this.#ended && this.#chunks.length === before) throw new Error('The stream ended');
  }
}
