/** Since when something has been in front of a person, by a name. */
export class FirstSeen {
  private readonly at = new Map<string, number>();
  private readonly now: () => number;

  /** @param now the time in milliseconds */
  constructor(now: () => number) {
    this.now = now;
  }

  /** Milliseconds until `key` has been seen for `forMs`, counted from the first time this is asked; 0 from then on. */
  left(key: string, forMs: number): number {
    const now = this.now();
    const since = this.at.get(key) ?? now;
    this.at.set(key, since);
    return Math.max(0, since + forMs - now);
  }
}
