import type { Connection, Pool, Submittable } from 'pg';
import type { RoomKey, StoredUpdate } from './room-store.ts';

/** More rows than this do not go into one statement. */
export const mostAtOnce = 256;

/**
 * Each keystroke of everybody passes here, so it is one prepared statement and one round trip: the lease's row is held
 * while it runs, as by a transaction of its own, and nothing is inserted when the fence is gone.
 * @returns the id of the last update, undefined when the fence is gone
 */
export async function appendAtOnce(
  pool: Pool,
  key: RoomKey,
  updates: readonly StoredUpdate[],
): Promise<number | undefined> {
  const client = await pool.connect();
  return new Promise((resolve, reject) => {
    const end = (error: Error | undefined, lastId?: number) => {
      client.release(error);
      if (error) reject(error);
      else resolve(lastId);
    };
    client.query(new Append(key, updates, end));
  });
}

/** The statements that a connection has prepared. */
const prepared = new WeakMap<Connection, Set<string>>();

/**
 * One statement on the wire, as pg's own queries are, without what they do for any statement and any result: that is two
 * thirds of what a small insert costs this process.
 */
class Append implements Submittable {
  /** pg remembers both for a connection, and refuses another statement of the same name. */
  readonly name: string;
  readonly text: string;
  readonly #values: (string | Buffer | null)[];
  readonly #end: (error: Error | undefined, lastId?: number) => void;
  #lastId: number | undefined;

  constructor(
    { teamId, sessionId, nodeId, fence }: RoomKey,
    updates: readonly StoredUpdate[],
    end: (error: Error | undefined, lastId?: number) => void,
  ) {
    this.name = `room_append_${updates.length}`;
    this.text = statement(updates.length);
    this.#values = [teamId, sessionId, nodeId, String(fence), ...updates.flatMap(values)];
    this.#end = end;
  }

  submit(connection: Connection): void {
    connection.stream.cork();
    if (!prepared.get(connection)?.has(this.name))
      connection.parse({ name: this.name, text: this.text, types: [] }, true);
    connection.bind({ portal: '', statement: this.name, values: this.#values }, true);
    connection.execute({ portal: '', rows: '' }, true);
    connection.sync();
    connection.stream.uncork();
  }

  handleDataRow({ fields: [id] }: { fields: (string | null)[] }): void {
    this.#lastId = Math.max(this.#lastId ?? 0, Number(id));
  }

  handleCommandComplete(): void {}

  handleReadyForQuery(connection: Connection): void {
    const names = prepared.get(connection) ?? new Set();
    prepared.set(connection, names.add(this.name));
    this.#end(undefined, this.#lastId);
  }

  handleError(error: Error): void {
    this.#end(error);
  }
}

const statements = new Map<number, string>();

function statement(count: number): string {
  const known = statements.get(count);
  if (known !== undefined) return known;
  const rows = Array.from({ length: count }, (_value, at) => {
    const [kind, id, of, update, files, credits] = [5, 6, 7, 8, 9, 10].map((place) => `$${at * 6 + place}`);
    return `(${kind}, ${id}, ${of}, ${update}::bytea, string_to_array(${files}, chr(10)), ${credits}::jsonb)`;
  });
  const text = `
    with fence as (
      select from room_lease where session_id = $2 and node_id = $3 and fence = $4 for share
    )
    insert into room_update (team_id, session_id, fence, actor_kind, actor_id, kind, update, file_ids, credits)
    select $1, $2, $4, actor_kind, actor_id, kind, update, file_ids, credits
    from fence, (values ${rows.join(', ')}) as one (actor_kind, actor_id, kind, update, file_ids, credits)
    returning id`;
  statements.set(count, text);
  return text;
}

/** Ids hold no line breaks. */
function values({ author, kind, update, fileIds, credits }: StoredUpdate): (string | Buffer | null)[] {
  const bytes = Buffer.from(update.buffer, update.byteOffset, update.byteLength);
  const credited = credits?.length ? JSON.stringify(credits) : null;
  return [author.kind, author.id, kind, bytes, (fileIds ?? []).join('\n'), credited];
}
