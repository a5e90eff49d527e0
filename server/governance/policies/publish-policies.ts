import { and, eq } from 'drizzle-orm';
import { z } from 'zod';
import { schema } from '../../../db/client.ts';
import { appendAudit } from '../../audit/append.ts';
import { withTransaction, type Context } from '../../context.ts';
import { AppError } from '../../core/errors.ts';
import { authorizeManaging } from './authorize-policies.ts';
import { forgetPolicies } from './policy-memory.ts';
import { ofTeam } from './published.ts';
import {
  addVersion,
  lockScope,
  policiesInput,
  putVersionInForce,
  requireStillInForce,
  scopeInput,
} from './write-version.ts';

/**
 * Puts a text in force as a new version. Every process decides by it within a second.
 * @throws AppError `invalid` when it is not publishable, `conflict` when another version was published meanwhile
 */
export async function publishPolicies(ctx: Context, given: z.input<typeof policiesInput>): Promise<{ number: number }> {
  const { teamId: scope, ...input } = policiesInput.parse(given);
  const { personId } = await authorizeManaging(ctx, scope);
  const published = await withTransaction(ctx, async (tx) => {
    await lockScope(tx, scope);
    await requireStillInForce(tx, scope, input.basedOn);
    const version = await addVersion(tx, { scope, ...input, createdBy: personId });
    const record = await putVersionInForce(tx, { ...version, scope, text: input.text, reason: input.reason }, personId);
    await appendAudit(tx, record);
    return { number: version.number };
  });
  forgetPolicies(scope);
  return published;
}

export const draftInput = scopeInput.extend({ policyVersionId: z.string() });

/**
 * Puts a draft in force, of one's own or another admin's.
 * @throws AppError as `publishPolicies`, and `conflict` for what is published already
 */
export async function publishPolicyDraft(ctx: Context, given: z.input<typeof draftInput>): Promise<{ number: number }> {
  const { teamId: scope, policyVersionId } = draftInput.parse(given);
  const { personId } = await authorizeManaging(ctx, scope);
  const published = await withTransaction(ctx, async (tx) => {
    await lockScope(tx, scope);
    const { policyVersion } = schema;
    const [draft] = await tx.db
      .select()
      .from(policyVersion)
      .where(and(ofTeam(scope), eq(policyVersion.id, policyVersionId)));
    if (!draft) throw new AppError('not_found', 'There is no such version, or you have no access to it.');
    if (draft.publishedAt) throw new AppError('conflict', `Version ${draft.number} is published already.`);
    await requireStillInForce(tx, scope, draft.basedOn);
    const record = await putVersionInForce(
      tx,
      { scope, id: draft.id, number: draft.number, text: draft.text, reason: draft.reason },
      personId,
    );
    await appendAudit(tx, record);
    return { number: draft.number };
  });
  forgetPolicies(scope);
  return published;
}
