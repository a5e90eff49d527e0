/** What came of many schedules. */
export type Outcome = {
  schedules: number;
  /** How often each kind of event happened. */
  events: Map<string, number>;
  failures: { seed: number; message: string }[];
};

export const noOutcome = (): Outcome => ({ schedules: 0, events: new Map(), failures: [] });

export function addEvents(to: Map<string, number>, more: Iterable<readonly [string, number]>): void {
  for (const [event, times] of more) to.set(event, (to.get(event) ?? 0) + times);
}

export function addOutcome(to: Outcome, more: Outcome): void {
  to.schedules += more.schedules;
  addEvents(to.events, more.events);
  to.failures.push(...more.failures);
}
