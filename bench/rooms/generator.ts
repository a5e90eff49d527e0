import { setTimeout as wait } from 'node:timers/promises';
import type { Dialect } from './dialect.ts';
import { Participant, type Seat } from './participants.ts';
import { eachStamp, stamp } from './stamps.ts';

/**
 * The process that puts load on a server. It is told to enter rooms, then to write, and tells when the measured time
 * begins and ends, and at last what it saw.
 */
export type Entrant = { seat: Seat; writes: boolean };

export type Order =
  | { order: 'enter'; dialect: Dialect; entrants: Entrant[] }
  | { order: 'write'; updatesPerSecond: number; warmUpMs: number; measureMs: number }
  | { order: 'leave' };

export type Report =
  | { report: 'entered'; connected: number; refused: number }
  | { report: 'measuring' }
  | { report: 'measured' }
  | { report: 'wrote'; seen: Seen };

/** `delaysMs` are p50, p95 and p99 of the time from a writer to each of the others; `windowDeliveries` those measured. */
export type Seen = {
  updates: number;
  windowDeliveries: number;
  lost: number;
  dropped: number;
  delaysMs: { p50: number; p95: number; p99: number };
};

const together = 25;
const drainMs = 15_000;

class Load {
  readonly #rooms = new Map<string, Participant[]>();
  readonly #writers: Participant[] = [];
  readonly #sent: { by: Participant; at: number; wanted: number; seen: number }[] = [];
  readonly #delays: number[] = [];
  #measuringFrom = Infinity;
  #refused = 0;

  /** May be said again, for more. */
  async enter({ dialect, entrants }: Extract<Order, { order: 'enter' }>): Promise<Report> {
    // Who lays a room out comes first.
    const next = entrants.toSorted((a, b) => Number(b.seat.laysOut) - Number(a.seat.laysOut)).values();
    const work = Array.from({ length: together }, async () => {
      for (const entrant of next) await this.#enterOne(dialect, entrant);
    });
    await Promise.all(work);
    return { report: 'entered', connected: this.#everyone().length, refused: this.#refused };
  }

  async #enterOne(dialect: Dialect, { seat, writes }: Entrant): Promise<void> {
    try {
      const onUpdate = (frame: Buffer, by: Participant) => this.#receive(frame, by);
      const participant = await Participant.enter({ dialect, seat, writes, onUpdate });
      this.#rooms.set(seat.room, [...(this.#rooms.get(seat.room) ?? []), participant]);
      if (writes) this.#writers.push(participant);
    } catch (error) {
      if (this.#refused === 0) console.error(error);
      this.#refused++;
    }
  }

  #everyone(): Participant[] {
    return [...this.#rooms.values()].flat();
  }

  #receive(frame: Buffer, by: Participant): void {
    const now = performance.now();
    eachStamp(frame, (number) => {
      const sent = this.#sent[number];
      if (!sent || sent.by === by) return;
      sent.seen++;
      if (sent.at >= this.#measuringFrom) this.#delays.push(now - sent.at);
    });
  }

  /** Updates at an even pace, whether or not earlier ones have arrived. */
  async write(order: Extract<Order, { order: 'write' }>, tell: (report: Report) => void): Promise<Report> {
    const writers = this.#writersInTurn();
    const startedAt = performance.now();
    const measureAt = startedAt + order.warmUpMs;
    const endAt = measureAt + order.measureMs;
    for (let number = 0; ; number++) {
      const due = startedAt + (number * 1000) / order.updatesPerSecond;
      if (due >= endAt) break;
      while (performance.now() < due) await wait(1);
      if (this.#measuringFrom === Infinity && due >= measureAt) {
        this.#measuringFrom = performance.now();
        tell({ report: 'measuring' });
      }
      const one = writers[number % writers.length];
      if (one) this.#writeOne(number, one);
    }
    tell({ report: 'measured' });
    const until = performance.now() + drainMs;
    while (this.#lost() > 0 && performance.now() < until) await wait(20);
    return { report: 'wrote', seen: this.#seen() };
  }

  #writersInTurn(): { writer: Participant; readers: number }[] {
    return this.#writers.map((writer) => ({ writer, readers: (this.#rooms.get(writer.seat.room)?.length ?? 1) - 1 }));
  }

  #writeOne(number: number, { writer, readers }: { writer: Participant; readers: number }): void {
    this.#sent.push({ by: writer, at: performance.now(), wanted: readers, seen: 0 });
    writer.write((text) => {
      const at = text.length;
      text.insert(at, stamp(number));
      // One change in five takes something away as well.
      if (number % 5 === 0 && at > 4) text.delete(at - 4, 3);
    });
  }

  #lost(): number {
    return this.#sent.reduce((sum, { wanted, seen }) => sum + Math.max(0, wanted - seen), 0);
  }

  #seen(): Seen {
    const delays = Float64Array.from(this.#delays).sort();
    const at = (share: number) => delays[Math.max(0, Math.ceil(share * delays.length) - 1)] ?? Number.NaN;
    return {
      updates: this.#sent.length,
      windowDeliveries: delays.length,
      lost: this.#lost(),
      dropped: this.#everyone().filter((one) => one.isGone).length,
      delaysMs: { p50: at(0.5), p95: at(0.95), p99: at(0.99) },
    };
  }

  leave(): void {
    for (const one of this.#everyone()) one.leave();
  }
}

const load = new Load();
const tell = (report: Report) => void process.send?.(report);
process.on('message', (order: Order) => {
  if (order.order === 'enter') void load.enter(order).then(tell);
  else if (order.order === 'write') void load.write(order, tell).then(tell);
  else {
    load.leave();
    process.disconnect();
  }
});
