import { sql, type SQL } from 'drizzle-orm';
import type { PgColumn } from 'drizzle-orm/pg-core';

/** In a query: whether the session that a column names, or its project, is deleted. What works for it has to stop. */
export function sessionIsDeleted(sessionId: PgColumn): SQL<boolean> {
  return sql<boolean>`exists (select 1 from session s join project p on p.id = s.project_id
    where s.id = ${sessionId} and (s.deleted_at is not null or p.deleted_at is not null))`;
}
