import type { Database } from '../../db/client.ts';
import { findOwners, giveUpNode, type WebNode } from './lease.ts';

/**
 * Asks who owns rooms, with one query at a time for all who ask meanwhile: when an owner dies, everybody asks at once
 * and again and again.
 */
export class OwnerLookup {
  readonly #db: Database;
  readonly #givingUp = new Map<string, Promise<boolean>>();
  #queued = new Map<string, PromiseWithResolvers<WebNode | undefined>>();
  #isAsking = false;

  constructor(db: Database) {
    this.#db = db;
  }

  /** The living node that holds a room. */
  find(sessionId: string): Promise<WebNode | undefined> {
    const queued = this.#queued.get(sessionId);
    if (queued) return queued.promise;
    const asked = Promise.withResolvers<WebNode | undefined>();
    this.#queued.set(sessionId, asked);
    if (!this.#isAsking) void this.#ask();
    return asked.promise;
  }

  async #ask(): Promise<void> {
    this.#isAsking = true;
    while (this.#queued.size > 0) {
      const batch = this.#queued;
      this.#queued = new Map();
      try {
        const owners = await findOwners(this.#db, [...batch.keys()]);
        for (const [sessionId, asked] of batch) asked.resolve(owners.get(sessionId));
      } catch (error) {
        for (const asked of batch.values()) asked.reject(error);
      }
    }
    this.#isAsking = false;
  }

  /** Frees the rooms of a node that refuses connections, if it also missed a sign of life. */
  giveUp(nodeId: string): Promise<boolean> {
    const underWay = this.#givingUp.get(nodeId);
    if (underWay) return underWay;
    const asked = giveUpNode(this.#db, nodeId).finally(() => this.#givingUp.delete(nodeId));
    this.#givingUp.set(nodeId, asked);
    return asked;
  }
}
