import { actionTitle, type AgentAction } from '../core/agent-action.ts';
import { isAppError } from '../core/errors.ts';
import type { RecordMask } from '../governance/dlp/mask-record.ts';
import type { KeepBefore } from './files-keeper.ts';
import type { Judged } from './judge-action.ts';
import { shownAction } from './shown-action.ts';

export type Keeping = {
  before: KeepBefore;
  /** Whether the action may destroy something. */
  isNeeded: (action: AgentAction) => Promise<boolean>;
};

type Allowed = { action: AgentAction; toolCallId?: string | undefined; isAsked: boolean };

/**
 * Keeps the run's files before an action that was allowed, where it may destroy some or people were asked about a change.
 * @returns the judgement instead when they cannot be kept: then it cannot be undone, which is for a person to decide
 */
export async function keepFirst(
  { action, toolCallId, isAsked }: Allowed,
  { keep, mask }: { keep: Keeping | undefined; mask: RecordMask },
): Promise<Judged | undefined> {
  if (!keep || !((isAsked && action.kind === 'edit') || (await keep.isNeeded(action)))) return undefined;
  const title = actionTitle(await shownAction(action, mask))
    .slice(0, 500)
    .toWellFormed();
  try {
    await keep.before({ title, ...(toolCallId !== undefined && { toolCallId }) });
    return undefined;
  } catch (error) {
    if (!isAppError(error)) throw error;
    const reason = `${error.message} So this could not be undone.`;
    return { verdict: 'ask', by: 'guard', rules: [{ id: 'kept.impossible', words: reason }], reason };
  }
}
