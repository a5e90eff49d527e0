import { and, count, eq, sum } from 'drizzle-orm';
import { schema } from '../../db/client.ts';
import type { Context } from '../context.ts';
import type { RunRow } from './run-claim.ts';

/**
 * What a run's calls to models took, as the gateway recorded it (docs/spec/budgets.md). What an agent says of itself leaves calls
 * out and knows no prices of ours. Undefined when no call was made.
 */
export async function recordedUsage(
  tx: Context,
  run: RunRow,
): Promise<{ inputTokens: number; outputTokens: number; costMicroUsd: number } | undefined> {
  const { modelCall } = schema;
  const [total] = await tx.db
    .select({
      calls: count(),
      inputTokens: sum(modelCall.inputTokens).mapWith(Number),
      outputTokens: sum(modelCall.outputTokens).mapWith(Number),
      costMicroUsd: sum(modelCall.costMicroUsd).mapWith(Number),
    })
    .from(modelCall)
    .where(and(eq(modelCall.runId, run.id), eq(modelCall.teamId, run.teamId)));
  if (!total || total.calls === 0) return undefined;
  const { inputTokens, outputTokens, costMicroUsd } = total;
  return { inputTokens: inputTokens ?? 0, outputTokens: outputTokens ?? 0, costMicroUsd: costMicroUsd ?? 0 };
}
