import type { PolicyCaller, PolicyCircumstances, PolicyModel } from '../core/policy-question.ts';
import { treatmentOf, type DataTreatment } from './policies/data-treatment.ts';
import { decide } from './decide.ts';

/**
 * What policies let happen to classes of data on their way to a model: the most lenient way that is permitted, from "as it
 * is" over "with a notice" to "masked"; `block` when none is. The rules are those that permit it, or that forbid masking.
 */
export async function dataActions(
  of: { caller: PolicyCaller; model: PolicyModel; circumstances?: PolicyCircumstances },
  classes: readonly string[],
): Promise<Map<string, DataTreatment>> {
  const circumstances = { ...of.circumstances, dataClasses: classes };
  const actions = new Map<string, DataTreatment>();
  for (const dataClass of new Set(classes))
    actions.set(dataClass, await treatmentOf({ ...of, circumstances, dataClass }, decide));
  return actions;
}
