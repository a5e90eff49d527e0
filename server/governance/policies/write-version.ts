import { and, desc, sql } from 'drizzle-orm';
import { z } from 'zod';
import { schema } from '../../../db/client.ts';
import type { AuditRecord } from '../../audit/append.ts';
import type { Context } from '../../context.ts';
import { AppError } from '../../core/errors.ts';
import { comparePolicies } from '../../core/policy-diff.ts';
import { newId } from '../../platform/ids.ts';
import { notify } from '../../platform/notify.ts';
import { checkPolicies, isPublishable } from './check-policies.ts';
import { findPublished, ofTeam, scopeName, type PolicyScope } from './published.ts';
import { textInForce } from './text-in-force.ts';

/** What the writers of versions share. Each of them authorizes first and calls these in its transaction. */

/** Null is the installation. */
export const scopeInput = z.object({ teamId: z.string().nullable() });
export const policyText = z.string().max(200_000, 'The text has more than 200,000 characters.');
export const reasonInput = z
  .string()
  .trim()
  .min(1, 'Say why, for those who read the versions later.')
  .max(2_000, 'A reason has at most 2,000 characters.');
export const policiesInput = scopeInput.extend({
  text: policyText,
  reason: reasonInput,
  /** The number of the version in force that the text was written from; 0 for the shipped one. */
  basedOn: z.number().int().min(0),
});

const lockClass = 7_263_493;

/** Writers of one scope take turns until their transactions end. */
export async function lockScope(tx: Context, scope: PolicyScope): Promise<void> {
  await tx.db.execute(sql`select pg_advisory_xact_lock(${lockClass}, hashtext(${scopeName(scope)}))`);
}

/** @throws AppError `conflict` when other policies are in force than the text was written from */
export async function requireStillInForce(tx: Context, scope: PolicyScope, basedOn: number): Promise<void> {
  const current = (await findPublished(tx.db, scope))?.number ?? 0;
  if (current === basedOn) return;
  throw new AppError(
    'conflict',
    `Version ${current} was published meanwhile. Look at what changed in it, take it up into yours, then publish again.`,
    { details: { current } },
  );
}

/** @throws AppError `invalid` with the first thing that is wrong */
export function requirePublishable(text: string): void {
  const checked = checkPolicies(text);
  if (isPublishable(checked)) return;
  const [first] = checked.problems.filter(({ severity }) => severity === 'error');
  throw new AppError(
    'invalid',
    `These policies cannot be published. Line ${first?.from.line ?? 1}: ${first?.message ?? 'they cannot be read.'}`,
    { details: { problems: checked.problems } },
  );
}

export type NewVersion = {
  scope: PolicyScope;
  text: string;
  reason: string;
  basedOn: number;
  createdBy: string;
  restores?: number;
};

/** Adds a draft with the next number. Call it under the scope's lock. */
export async function addVersion(tx: Context, version: NewVersion): Promise<{ id: string; number: number }> {
  const { policyVersion } = schema;
  const { scope, restores, ...row } = version;
  const [last] = await tx.db
    .select({ number: policyVersion.number })
    .from(policyVersion)
    .where(and(ofTeam(scope)))
    .orderBy(desc(policyVersion.number))
    .limit(1);
  const id = newId('pov');
  const number = (last?.number ?? 0) + 1;
  await tx.db
    .insert(policyVersion)
    .values({ id, number, teamId: scope, restores: restores ?? null, createdAt: tx.now(), ...row });
  return { id, number };
}

type Published = { id: string; number: number; scope: PolicyScope; text: string; reason: string; restores?: number };

/**
 * Puts a draft in force and tells every process. Call it under the scope's lock. @returns what the audit log says of it
 * @throws AppError `invalid` when the text is not publishable, `conflict` when it says what is in force already
 */
export async function putVersionInForce(tx: Context, version: Published, publishedBy: string): Promise<AuditRecord> {
  const { id, number, scope, text, reason, restores } = version;
  requirePublishable(text);
  const before = await textInForce(tx.db, scope);
  if (before.text === text)
    throw new AppError('conflict', 'These are the policies in force already. Change something before you publish.');
  const { policyVersion } = schema;
  await tx.db
    .update(policyVersion)
    .set({ publishedAt: tx.now(), publishedBy })
    .where(and(ofTeam(scope), sql`${policyVersion.id} = ${id}`));
  await notify(tx.db, 'policy', scopeName(scope));
  return {
    teamId: scope,
    action: restores === undefined ? 'policy.publish' : 'policy.restore',
    resource: { type: 'policy_version', id },
    detail: {
      number,
      reason,
      replaces: before.number,
      ...(restores !== undefined && { restores }),
      ...comparePolicies(checkPolicies(before.text).policies, checkPolicies(text).policies),
    },
  };
}
