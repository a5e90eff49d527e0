import type { z } from 'zod';
import { appendAudit } from '../../audit/append.ts';
import { withTransaction, type Context } from '../../context.ts';
import { authorizeManaging } from './authorize-policies.ts';
import { addVersion, lockScope, policiesInput } from './write-version.ts';

/** Keeps a text for later, or for another admin to publish. It need not be publishable yet. */
export async function savePolicyDraft(
  ctx: Context,
  given: z.input<typeof policiesInput>,
): Promise<{ policyVersionId: string; number: number }> {
  const { teamId: scope, ...input } = policiesInput.parse(given);
  const { personId } = await authorizeManaging(ctx, scope);
  return withTransaction(ctx, async (tx) => {
    await lockScope(tx, scope);
    const { id, number } = await addVersion(tx, { scope, ...input, createdBy: personId });
    await appendAudit(tx, {
      teamId: scope,
      action: 'policy.draft',
      resource: { type: 'policy_version', id },
      detail: { number, reason: input.reason, basedOn: input.basedOn },
    });
    return { policyVersionId: id, number };
  });
}
