import { count } from '../platform/metrics.ts';
import { Turns } from './turns.ts';

/** How many sockets there may be, each kind at once. */
const doorBounds = {
  /** On their way into a room: in all, and from one address. */
  waiting: 4_000,
  waitingFromAddress: 2_000,
  /** In one room, and of one person in all rooms of this process. */
  inRoom: 1_000,
  ofPerson: 500,
};
/** Tickets are looked up a few at a time, so that a flood of them leaves the database to the others. */
const lookupsAtOnce = 6;

export type DoorBounds = typeof doorBounds;
/** Undoes a count; more than once is the same as once. */
export type Release = () => void;

/** Why sockets are turned away; a closed list. */
export type RefusedBecause = 'waiting' | 'room' | 'person' | 'rooms' | 'owner';

export function countRefused(reason: RefusedBecause): void {
  count('ensemble_room_sockets_refused_total', 'Sockets of rooms turned away because a bound was reached', { reason });
}

/**
 * Counts sockets: on their way into a room, and inside. What one sends while it waits stays in the network, so it costs
 * its own few kilobytes, and their number is bounded.
 */
export class Door {
  readonly #bounds: DoorBounds;
  readonly #counts = new Map<string, number>();
  readonly #lookups = new Turns(lookupsAtOnce);
  #waiting = 0;

  constructor(bounds: Partial<DoorBounds> = {}) {
    this.#bounds = { ...doorBounds, ...bounds };
  }

  /** Sockets on their way into a room. */
  get waiting(): number {
    return this.#waiting;
  }

  /** Before anything is known of a socket but its address. @returns undefined when too many wait already */
  arrive(address: string): Release | undefined {
    const isFull =
      this.#waiting >= this.#bounds.waiting || this.#count(`address ${address}`) >= this.#bounds.waitingFromAddress;
    if (isFull) {
      countRefused('waiting');
      return undefined;
    }
    this.#waiting++;
    const release = this.#add(`address ${address}`);
    let isWaiting = true;
    return () => {
      if (isWaiting) this.#waiting--;
      isWaiting = false;
      release();
    };
  }

  /** Once it is known who it is. @returns which bound is reached instead when one is */
  enter({ sessionId, personId }: { sessionId: string; personId: string }): Release | 'room' | 'person' {
    const full = this.#findFull(sessionId, personId);
    if (full) {
      countRefused(full);
      return full;
    }
    const releases = [this.#add(`room ${sessionId}`), this.#add(`person ${personId}`)];
    return () => releases.forEach((release) => release());
  }

  #findFull(sessionId: string, personId: string): 'room' | 'person' | undefined {
    if (this.#count(`room ${sessionId}`) >= this.#bounds.inRoom) return 'room';
    if (this.#count(`person ${personId}`) >= this.#bounds.ofPerson) return 'person';
    return undefined;
  }

  #count(key: string): number {
    return this.#counts.get(key) ?? 0;
  }

  #add(key: string): Release {
    this.#counts.set(key, this.#count(key) + 1);
    let isCounted = true;
    return () => {
      if (!isCounted) return;
      isCounted = false;
      const left = this.#count(key) - 1;
      if (left > 0) this.#counts.set(key, left);
      else this.#counts.delete(key);
    };
  }

  /** Runs `look` when it is its turn. */
  lookUp<T>(look: () => Promise<T>): Promise<T> {
    return this.#lookups.take(look);
  }
}
