import { schema } from '../../db/client.ts';
import type { Context } from '../context.ts';
import { actorRef, type Actor } from '../core/actor.ts';
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

/** Who did it, when, and by which request. */
export type AuditBy = { actor: Actor; at: Date; requestId: string };

/** An entry as its row holds it, with its canonical form and hash. */
export function sealAudit({ actor, at, requestId }: AuditBy, record: AuditRecord) {
  const entry: AuditEntry = {
    id: newId('aud'),
    at: at.toISOString(),
    teamId: record.teamId,
    actor: actorRef(actor),
    action: record.action,
    resource: record.resource,
    requestId,
    detail: withoutSecrets(record.detail ?? {}),
  };
  return {
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
    ...sealEntry(entry),
  };
}

/**
 * Appends to the audit log in the caller's transaction: when it cannot be written, the change is rolled back.
 * @throws when called outside a transaction, or without an actor
 */
export async function appendAudit(ctx: Context, record: AuditRecord): Promise<void> {
  await appendAudits(ctx, [record]);
}

/**
 * Appends several entries at once: all of them or none, under the same guarantees.
 * @throws when called outside a transaction, or without an actor
 */
export async function appendAudits(ctx: Context, records: readonly AuditRecord[]): Promise<void> {
  const [first] = records;
  if (!first) return;
  const { actor, requestId } = ctx;
  if (!ctx.inTransaction) throw new Error(`audit of ${first.action} outside a transaction`);
  if (!actor) throw new Error(`audit of ${first.action} without an actor`);
  const by = { actor, requestId, at: ctx.now() };
  await ctx.db.insert(schema.auditEntry).values(records.map((record) => sealAudit(by, record)));
}
