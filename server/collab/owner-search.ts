import { setTimeout as delay } from 'node:timers/promises';
import type { Duplex } from 'node:stream';
import type { Database } from '../../db/client.ts';
import { log } from '../platform/log.ts';
import { findOwners, type WebNode } from './lease.ts';
import { OwnerLookup } from './owner-lookup.ts';
import { passOn, type Attempt, type Upgrade, type Way } from './pass-through.ts';
import type { Rooms } from './rooms.ts';
import { Turns } from './turns.ts';

/** An owner that died is replaced after its lease at the latest; who waits longer than this comes back later. */
const searchMs = 8_000;
/** Connections that are being made to all owners at once: more at one moment than a system queues would be lost on the way. */
const attemptsAtOnce = 100;
/** Between two tries, spread so that many who wait do not ask at one moment. */
const pauseMs = { least: 100, spread: 150 };

/** A socket that another node has, or is asked for. */
type Passed = { sessionId: string; nodeId: string; end: () => void };

/** Sockets for rooms of other nodes, and the way to those. */
export class OwnerSearch {
  readonly #db: Database;
  readonly #rooms: Rooms;
  readonly #nodeId: string;
  readonly #lookup: OwnerLookup;
  readonly #passed = new Set<Passed>();
  readonly #asked = new Set<Passed>();
  readonly #attempts = new Turns(attemptsAtOnce);

  constructor(given: { db: Database; rooms: Rooms; nodeId: string }) {
    this.#db = given.db;
    this.#rooms = given.rooms;
    this.#nodeId = given.nodeId;
    this.#lookup = new OwnerLookup(given.db);
  }

  /** Sockets that this node carries to another. */
  get passedCount(): number {
    return this.#passed.size;
  }

  /**
   * Passes a socket on to the node that owns its room.
   * @returns `here` when no other node does: this one may take the room; `nowhere` when the owner cannot be reached
   */
  async find(upgrade: Upgrade, wanted: { room: string; address: string }): Promise<'passed' | 'here' | 'nowhere'> {
    const until = performance.now() + searchMs;
    const { room: sessionId, address } = wanted;
    for (;;) {
      if (this.#rooms.find(sessionId)) return 'here';
      const owner = await this.#lookup.find(sessionId);
      if (!owner || owner.nodeId === this.#nodeId) return 'here';
      const attempt = await this.#ask(upgrade, owner, { from: this.#nodeId, room: sessionId, address });
      if (typeof attempt === 'object') {
        this.#carry({ sessionId, nodeId: owner.nodeId }, attempt.passed);
        return 'passed';
      }
      if (attempt === 'refused' && (await this.#lookup.giveUp(owner.nodeId))) {
        log().warn({ node: owner.nodeId, address: owner.address }, 'a web process is gone; its rooms are free');
        continue;
      }
      if (upgrade.socket.destroyed || performance.now() > until) return this.#giveUp(owner.address);
      await delay(pauseMs.least + pauseMs.spread * Math.random());
    }
  }

  #giveUp(address: string): 'nowhere' {
    log().warn({ address }, 'a room’s owner cannot be reached at its address (ENSEMBLE_NODE_URL there)');
    return 'nowhere';
  }

  /** Ends the attempt when the owner is not the owner any more. */
  async #ask(upgrade: Upgrade, owner: WebNode, passage: Way['passage']): Promise<Attempt> {
    const ending = new AbortController();
    const asked = { sessionId: passage.room, nodeId: owner.nodeId, end: () => ending.abort() };
    this.#asked.add(asked);
    const attempt = await this.#attempts.take(() => passOn(upgrade, { owner, passage, signal: ending.signal }));
    this.#asked.delete(asked);
    return attempt;
  }

  #carry(given: Omit<Passed, 'end'>, socket: Duplex): void {
    if (socket.destroyed) return;
    const passed = { ...given, end: () => void socket.destroy() };
    this.#passed.add(passed);
    socket.once('close', () => this.#passed.delete(passed));
  }

  /** Lets go of sockets whose room has another owner by now; an owner that hangs does not end them itself. */
  async endLost(): Promise<void> {
    const carried = [...this.#passed, ...this.#asked];
    const owners = await findOwners(this.#db, [...new Set(carried.map((one) => one.sessionId))]);
    for (const { sessionId, nodeId, end } of carried) {
      if (owners.get(sessionId)?.nodeId !== nodeId) end();
    }
  }

  close(): void {
    for (const { end } of [...this.#passed, ...this.#asked]) end();
  }
}
