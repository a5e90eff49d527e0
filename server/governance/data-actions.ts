import type { FoundClass } from '../core/model-call.ts';
import type { PolicyCaller, PolicyCircumstances, PolicyModel } from '../core/policy-question.ts';
import type { PolicyRule } from './policies/policy-set.ts';
import { decide } from './decide.ts';

/** What happens to each class of what was found, and the rules that said so. */
export type DataActions = Map<string, { action: FoundClass['action']; rules: PolicyRule[] }>;

const meaning = { sendUnredacted: 'allow', sendWithNotice: 'warn' } as const;

/**
 * What policies let happen to classes of data on their way to a model: the most lenient way that is permitted, from "as it
 * is" over "with a notice" to "masked"; `block` when none is. The rules are those that permit it, or that forbid masking.
 */
export async function dataActions(
  of: { caller: PolicyCaller; model: PolicyModel; circumstances?: PolicyCircumstances },
  classes: readonly string[],
): Promise<DataActions> {
  const circumstances = { ...of.circumstances, dataClasses: classes };
  const actions: DataActions = new Map();
  for (const dataClass of classes) {
    if (!actions.has(dataClass)) actions.set(dataClass, await actionOf({ ...of, circumstances, dataClass }));
  }
  return actions;
}

type AskedClass = {
  caller: PolicyCaller;
  model: PolicyModel;
  circumstances: PolicyCircumstances;
  dataClass: string;
};

async function actionOf(asked: AskedClass): Promise<{ action: FoundClass['action']; rules: PolicyRule[] }> {
  for (const action of ['sendUnredacted', 'sendWithNotice'] as const) {
    const word = await decide({ ...asked, action });
    if (word.effect === 'allow') return { action: meaning[action], rules: word.rules };
  }
  const { effect, rules } = await decide({ ...asked, action: 'sendMasked' });
  return { action: effect === 'allow' ? 'mask' : 'block', rules };
}
