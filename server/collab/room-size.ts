/** The most that a room's document may measure, encoded. Loading, sending and folding it take memory and time with it. */
export const maxRoomBytes = 64 * 1024 * 1024;

/**
 * How large a document is: measured now and then, counted in between. What is counted is never less than what it
 * measures, so the document is encoded for this only when the count says that it is full.
 */
export class RoomSize {
  readonly #maxBytes: number;
  readonly #measure: () => number;
  #bytes: number;
  #isExact = false;

  constructor(given: { bytes: number; maxBytes: number; measure: () => number }) {
    this.#bytes = given.bytes;
    this.#maxBytes = given.maxBytes;
    this.#measure = given.measure;
  }

  /** At least what the document measures. */
  get bytes(): number {
    return this.#bytes;
  }

  /** A change of so many bytes was applied. */
  grew(bytes: number): void {
    this.#bytes += bytes;
    this.#isExact = false;
  }

  measured(bytes: number): void {
    this.#bytes = bytes;
    this.#isExact = true;
  }

  hasRoomFor(bytes: number): boolean {
    if (this.#bytes + bytes > this.#maxBytes && !this.#isExact) this.measured(this.#measure());
    return this.#bytes + bytes <= this.#maxBytes;
  }
}
