/** A token bucket: `perSecond` refill it, `burst` fit in. */
export class RateLimit {
  readonly #perSecond: number;
  readonly #burst: number;
  #tokens: number;
  #filledAt: number;

  constructor(options: { perSecond: number; burst: number }, nowMs = performance.now()) {
    this.#perSecond = options.perSecond;
    this.#burst = options.burst;
    this.#tokens = options.burst;
    this.#filledAt = nowMs;
  }

  /** Takes one token. @returns 0, or how many milliseconds to wait before taking more */
  take(nowMs = performance.now()): number {
    const filled = this.#tokens + ((nowMs - this.#filledAt) / 1000) * this.#perSecond;
    this.#tokens = Math.min(this.#burst, filled) - 1;
    this.#filledAt = nowMs;
    return this.#tokens >= 0 ? 0 : Math.ceil((-this.#tokens / this.#perSecond) * 1000);
  }
}
