import { and, eq, inArray } from 'drizzle-orm';
import { schema, type DatabaseOrTransaction } from '../../db/client.ts';
import { serverClientId } from './room-document.ts';
import type { Author } from './room-store.ts';

const keyOf = (actor: Author) => `${actor.kind}:${actor.id}`;

/** Knows whose a client id is. */
export type ClientRegistry = {
  /** What is known without asking: false when an id belongs to someone else, undefined when unknown. */
  check(clientIds: Iterable<number>, actor: Author): boolean | undefined;
  /** Binds the ids nobody has. @returns whether all of them are the actor's now */
  claim(clientIds: Iterable<number>, actor: Author): Promise<boolean>;
};

/**
 * Whose a client id is, for ever (CB15). An id nobody has is bound to the first who writes under it, so that a standard
 * client with an id of its own making works.
 */
export class ClientIds implements ClientRegistry {
  readonly #db: DatabaseOrTransaction;
  readonly #room: { sessionId: string; teamId: string };
  readonly #known = new Map<number, string>();

  constructor(db: DatabaseOrTransaction, room: { sessionId: string; teamId: string }) {
    this.#db = db;
    this.#room = room;
  }

  check(clientIds: Iterable<number>, actor: Author): boolean | undefined {
    const key = keyOf(actor);
    let isKnown = true;
    for (const id of clientIds) {
      if (id === serverClientId) return false;
      const owner = this.#known.get(id);
      if (owner === undefined) isKnown = false;
      else if (owner !== key) return false;
    }
    return isKnown ? true : undefined;
  }

  async claim(clientIds: Iterable<number>, actor: Author): Promise<boolean> {
    const ids = [...clientIds].filter((id) => !this.#known.has(id) && id !== serverClientId);
    if (ids.length > 0) {
      const { roomClient } = schema;
      await this.#db
        .insert(roomClient)
        .values(ids.map((clientId) => ({ ...this.#room, clientId, actorKind: actor.kind, actorId: actor.id })))
        .onConflictDoNothing();
      const rows = await this.#db
        .select({ clientId: roomClient.clientId, kind: roomClient.actorKind, id: roomClient.actorId })
        .from(roomClient)
        .where(and(eq(roomClient.sessionId, this.#room.sessionId), inArray(roomClient.clientId, ids)));
      for (const row of rows) this.#known.set(row.clientId, keyOf(row));
    }
    return this.check(clientIds, actor) === true;
  }
}
