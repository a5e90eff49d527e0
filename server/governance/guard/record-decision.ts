import { schema } from '../../../db/client.ts';
import type { Context } from '../../context.ts';
import { mostKeptText, type GuardedAction } from '../../core/guard/guarded-action.ts';
import type { HouseEffect } from '../../core/guard/house-rule.ts';
import type { SecondOpinion } from '../../core/guard/second-opinion.ts';
import { newId } from '../../platform/ids.ts';

export type NewDecision = {
  teamId: string;
  projectId: string;
  sessionId: string;
  runId: string;
  personId: string;
  agent: string;
  mode: string;
  action: GuardedAction;
  decidedBy: string;
  verdict: HouseEffect;
  rules: readonly string[];
  reason: string;
  permissionId?: string | undefined;
  /** What a model said of it; its reason is masked already. */
  opinion?: SecondOpinion | undefined;
};

/**
 * Keeps what was said of an action, for the page of decisions and for replays. It is a record of the run, as its events are, so it has no
 * entry of its own in the audit log; answers of people have theirs. @param mask takes out what may not be read
 */
export async function recordDecision(
  ctx: Context,
  { action, permissionId, opinion, rules, ...decision }: NewDecision,
  mask: (text: string) => Promise<string>,
): Promise<void> {
  await ctx.db.insert(schema.guardDecision).values({
    id: newId('gdn'),
    ...decision,
    rules: [...rules],
    reason: decision.reason.slice(0, 2_000),
    permissionId: permissionId ?? null,
    opinion: opinion ?? null,
    action: await keptAction(action, mask),
    createdAt: ctx.now(),
  });
}

async function keptAction(action: GuardedAction, mask: (text: string) => Promise<string>): Promise<GuardedAction> {
  const kept = async (text: string) => (await mask(text)).slice(0, mostKeptText).toWellFormed().replaceAll('\0', '');
  const keptOrNull = (text: string | null) => (text === null ? null : kept(text));
  switch (action.kind) {
    case 'command':
      return { ...action, command: await kept(action.command) };
    case 'edit':
      return { ...action, oldText: await keptOrNull(action.oldText), newText: await keptOrNull(action.newText) };
    case 'read':
      return action;
    case 'fetch':
      return { ...action, address: await kept(action.address) };
    case 'mcp':
    case 'other':
      return { ...action, input: await kept(action.input) };
  }
}
