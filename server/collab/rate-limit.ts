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

  /** Takes so many tokens, one if nothing is said. @returns 0, or how many milliseconds to wait before taking more */
  take(nowMs = performance.now(), tokens = 1): number {
    const filled = this.#tokens + ((nowMs - this.#filledAt) / 1000) * this.#perSecond;
    this.#tokens = Math.min(this.#burst, filled) - tokens;
    this.#filledAt = nowMs;
    return this.#tokens >= 0 ? 0 : Math.ceil((-this.#tokens / this.#perSecond) * 1000);
  }

  /** Takes what something costs, now. */
  charge(tokens: number): number {
    return this.take(performance.now(), tokens);
  }
}
