import type { sealAudit } from './append.ts';

/**
 * For a statement that writes many entries together with what they tell of: one statement is one transaction, so either
 * all of it is there or nothing is. `sealAudit` makes the entries.
 */
export const insertAuditFrom = (entries: string) =>
  `insert into audit_entry select each.* from json_populate_recordset(null::audit_entry, ${entries}) each`;

/** An entry by the names of its columns, for `insertAuditFrom`. */
export function auditColumns(row: ReturnType<typeof sealAudit>): Record<string, unknown> {
  return {
    id: row.id,
    at: row.at,
    team_id: row.teamId,
    actor_kind: row.actorKind,
    actor_id: row.actorId,
    actor_name: row.actorName,
    action: row.action,
    resource_type: row.resourceType,
    resource_id: row.resourceId,
    request_id: row.requestId,
    detail: row.detail,
    canonical: row.canonical,
    hash: row.hash,
  };
}
