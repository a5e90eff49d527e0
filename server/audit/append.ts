import { schema } from '../../db/client.ts';
import type { Context } from '../context.ts';
import { actorRef } from '../core/actor.ts';
import { sealEntry, withoutSecrets, type AuditEntry } from '../core/audit-entry.ts';
import { newId } from '../platform/ids.ts';

export type AuditRecord = {
  /** Null for what concerns the installation and no team. */
  teamId: string | null;
  /** `noun.verb` in the past tense's plain form: `project.create`, `hunk.accept`. */
  action: string;
  resource: { type: string; id: string };
  /** Changed fields; members that look like secrets are masked here as well. */
  detail?: Record<string, unknown>;
};

/**
 * Appends to the audit log in the caller's transaction: when it cannot be written, the change is rolled back.
 * @throws when called outside a transaction, or without an actor
 */
export async function appendAudit(ctx: Context, record: AuditRecord): Promise<void> {
  if (!ctx.inTransaction) throw new Error(`audit of ${record.action} outside a transaction`);
  if (!ctx.actor) throw new Error(`audit of ${record.action} without an actor`);
  const at = ctx.now();
  const entry: AuditEntry = {
    id: newId('aud'),
    at: at.toISOString(),
    teamId: record.teamId,
    actor: actorRef(ctx.actor),
    action: record.action,
    resource: record.resource,
    requestId: ctx.requestId,
    detail: withoutSecrets(record.detail ?? {}),
  };
  const { canonical, hash } = sealEntry(entry);
  await ctx.db.insert(schema.auditEntry).values({
    id: entry.id,
    at,
    teamId: entry.teamId,
    actorKind: entry.actor.kind,
    actorId: entry.actor.id,
    actorName: entry.actor.name,
    action: entry.action,
    resourceType: entry.resource.type,
    resourceId: entry.resource.id,
    requestId: entry.requestId,
    detail: entry.detail,
    canonical,
    hash,
  });
}
