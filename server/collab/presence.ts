import type { PresenceEntry } from './wire.ts';

/** The largest state of one participant, in characters of JSON. */
export const maxPresenceLength = 16 * 1024;

/** Who a participant is, as the server says it. */
export type PresenceUser = { id: string; name: string; color: string; kind: 'person' | 'agent' };

type Held = { clock: number; state: string; owner: object };

/**
 * Who is in a room and where. Clocks are the server's own, from its clock of the wall: they rise over reconnects and
 * restarts, so that nobody takes a returning participant's state for an old one.
 */
export class Presence {
  readonly #states = new Map<number, Held>();
  #lastClock = 0;

  /**
   * Takes over what a connection says about one of its client ids, with the identity of the connection's own.
   * @returns false when the state is no object or too large; then nothing changes
   */
  set(entry: PresenceEntry, owner: object, user: PresenceUser): boolean {
    const state = withIdentity(entry.state, user);
    if (state === undefined) return false;
    if (state === null) return this.remove(entry.clientId);
    this.#states.set(entry.clientId, { clock: this.#nextClock(), state, owner });
    return true;
  }

  remove(clientId: number): boolean {
    return this.#states.delete(clientId);
  }

  /** Removes what a connection said. @returns the client ids that left */
  removeOwner(owner: object): number[] {
    const left = [...this.#states].filter(([, held]) => held.owner === owner).map(([clientId]) => clientId);
    for (const clientId of left) this.#states.delete(clientId);
    return left;
  }

  ownerOf(clientId: number): object | undefined {
    return this.#states.get(clientId)?.owner;
  }

  /** The present state of these client ids, "null" for those who left. */
  entries(clientIds: Iterable<number> = this.#states.keys()): PresenceEntry[] {
    return [...clientIds].map((clientId) => {
      const held = this.#states.get(clientId);
      return held
        ? { clientId, clock: held.clock, state: held.state }
        : { clientId, clock: this.#nextClock(), state: 'null' };
    });
  }

  /**
   * Everybody who is here, for someone who enters. Clients forget the others when their line breaks, but not the clocks
   * they heard, so each state gets a new one.
   */
  everyone(): PresenceEntry[] {
    for (const held of this.#states.values()) held.clock = this.#nextClock();
    return this.entries();
  }

  #nextClock(): number {
    this.#lastClock = Math.max(this.#lastClock + 1, Date.now());
    return this.#lastClock;
  }
}

/** @returns null for a state that says goodbye, undefined for one that is not acceptable */
function withIdentity(json: string, user: PresenceUser): string | null | undefined {
  if (json.length > maxPresenceLength) return undefined;
  const state = parseJson(json);
  if (state === null) return null;
  if (typeof state !== 'object' || Array.isArray(state)) return undefined;
  return JSON.stringify({ ...state, user });
}

function parseJson(json: string): unknown {
  try {
    return JSON.parse(json) as unknown;
  } catch {
    return undefined;
  }
}
