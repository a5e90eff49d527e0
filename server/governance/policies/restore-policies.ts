import { and, eq, isNotNull } from 'drizzle-orm';
import { z } from 'zod';
import { schema } from '../../../db/client.ts';
import { appendAudit } from '../../audit/append.ts';
import { withTransaction, type Context } from '../../context.ts';
import { AppError } from '../../core/errors.ts';
import { authorizeManaging } from './authorize-policies.ts';
import { forgetPolicies } from './policy-memory.ts';
import { ofTeam, type PolicyScope } from './published.ts';
import { shippedPolicies, teamStart } from './shipped-policies.ts';
import { textInForce } from './text-in-force.ts';
import { addVersion, lockScope, putVersionInForce, reasonInput, scopeInput } from './write-version.ts';

export const restorePoliciesInput = scopeInput.extend({
  /** The published version whose text is taken up again; 0 for the shipped one. */
  number: z.number().int().min(0),
  reason: reasonInput,
});

/**
 * Takes an old version's text up again, as a new version: what was published stays as it was.
 * @throws AppError `not_found` for a number that was never published, `invalid` when its text fits the schema no more
 */
export async function restorePolicies(
  ctx: Context,
  given: z.input<typeof restorePoliciesInput>,
): Promise<{ number: number }> {
  const { teamId: scope, number: restores, reason } = restorePoliciesInput.parse(given);
  const { personId } = await authorizeManaging(ctx, scope);
  const published = await withTransaction(ctx, async (tx) => {
    await lockScope(tx, scope);
    const text = await publishedText(tx, scope, restores);
    const { number: basedOn } = await textInForce(tx.db, scope);
    const version = await addVersion(tx, { scope, text, reason, basedOn, restores, createdBy: personId });
    const record = await putVersionInForce(tx, { ...version, scope, text, reason, restores }, personId);
    await appendAudit(tx, record);
    return { number: version.number };
  });
  forgetPolicies(scope);
  return published;
}

async function publishedText(tx: Context, scope: PolicyScope, number: number): Promise<string> {
  if (number === 0) return scope === null ? shippedPolicies : teamStart;
  const { policyVersion } = schema;
  const [row] = await tx.db
    .select({ text: policyVersion.text })
    .from(policyVersion)
    .where(and(ofTeam(scope), eq(policyVersion.number, number), isNotNull(policyVersion.publishedAt)));
  if (!row) throw new AppError('not_found', `There is no published version ${number}.`);
  return row.text;
}
