import type { Pool } from 'pg';
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
  const { rows } = await pool.query<{ id: string }>({
    name: `room_append_${updates.length}`,
    text: statement(updates.length),
    values: [key.teamId, key.sessionId, key.nodeId, key.fence, ...updates.flatMap(values)],
  });
  return rows.length === 0 ? undefined : Math.max(...rows.map((row) => Number(row.id)));
}

const statements = new Map<number, string>();

function statement(count: number): string {
  const known = statements.get(count);
  if (known !== undefined) return known;
  const rows = Array.from({ length: count }, (_value, at) => {
    const [kind, id, of, update, files, credits] = [5, 6, 7, 8, 9, 10].map((place) => `$${at * 6 + place}`);
    return `(${kind}, ${id}, ${of}, ${update}::bytea, ${files}::text[], ${credits}::jsonb)`;
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

function values({ author, kind, update, fileIds, credits }: StoredUpdate): unknown[] {
  return [author.kind, author.id, kind, update, fileIds ?? [], credits?.length ? JSON.stringify(credits) : null];
}
