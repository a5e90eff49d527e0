/** What can be told to stop and to go on. */
type Incoming = { pause(): void; resume(): void };

/**
 * When a connection is read: not while something it sent is still being decided, and not before it may send more. What
 * comes meanwhile waits in the network.
 */
export class Pace {
  readonly #incoming: Incoming;
  readonly #onResume: () => void;
  #isHeld = false;
  #timer: NodeJS.Timeout | undefined;
  #resumesAt = 0;

  constructor(incoming: Incoming, onResume: () => void) {
    this.#incoming = incoming;
    this.#onResume = onResume;
  }

  get isPaused(): boolean {
    return this.#isHeld || this.#timer !== undefined;
  }

  /** Until `release`. */
  hold(): void {
    this.#isHeld = true;
    this.#incoming.pause();
  }

  release(): void {
    this.#isHeld = false;
    this.#resume();
  }

  /** For so long, or longer when it waits already. */
  slowDown(waitMs: number): void {
    if (waitMs === 0) return;
    const resumesAt = performance.now() + waitMs;
    if (this.#timer && resumesAt <= this.#resumesAt) return;
    this.#incoming.pause();
    this.#resumesAt = resumesAt;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      this.#resume();
    }, waitMs).unref();
  }

  end(): void {
    clearTimeout(this.#timer);
  }

  /** What came already goes first, and may give a new reason to wait. */
  #resume(): void {
    if (!this.isPaused) this.#onResume();
    if (!this.isPaused) this.#incoming.resume();
  }
}
