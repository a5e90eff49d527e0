import type { Database } from '../../db/client.ts';
import { leaseMs, removeNode, renewNode, succeedAt, type WebNode } from './lease.ts';

/** This node's signs of life. All rooms that it holds live by them. */
export class NodeLife {
  readonly nodeId: string;
  readonly #db: Database;
  readonly #node: WebNode;
  #renewedAt: number | undefined;
  #backSince = Number.NEGATIVE_INFINITY;

  constructor(db: Database, node: WebNode) {
    this.nodeId = node.nodeId;
    this.#db = db;
    this.#node = node;
  }

  /** The first sign of life: a process that was killed and started again takes its rooms at once. */
  async begin(): Promise<void> {
    await succeedAt(this.#db, this.#node);
    await this.renew();
  }

  async renew(): Promise<void> {
    await renewNode(this.#db, this.#node);
    const now = performance.now();
    if (this.#renewedAt !== undefined && now - this.#renewedAt > leaseMs) this.#backSince = now;
    this.#renewedAt = now;
  }

  /**
   * Whether another node without a sign of life is really gone. When the database was away nobody could give one, and
   * the others are about to: their rooms stay theirs, with the people in them.
   */
  canTellTheDead(): boolean {
    const now = performance.now();
    return this.#renewedAt !== undefined && now - this.#renewedAt <= leaseMs && now - this.#backSince > leaseMs;
  }

  /** Whether this node gave no sign of life for longer than others wait: what it owned may be theirs by now. */
  get wasSilent(): boolean {
    return this.#renewedAt !== undefined && performance.now() - this.#renewedAt > leaseMs;
  }

  async end(): Promise<void> {
    await removeNode(this.#db, this.nodeId);
  }
}
