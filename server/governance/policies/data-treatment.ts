import type { FoundClass, PolicyWord } from '../../core/model-call.ts';
import type { PolicyCaller, PolicyCircumstances, PolicyModel, PolicyQuestion } from '../../core/policy-question.ts';

/** How a class of what was found is treated, and the rules that said so. */
export type DataTreatment = { action: FoundClass['action']; rules: PolicyWord['rules'] };

export type FoundData = {
  caller: PolicyCaller;
  model: PolicyModel;
  circumstances: PolicyCircumstances;
  dataClass: string;
};

/** The most lenient way to send it that is permitted; `block` when none is (PO7). */
export async function treatmentOf(
  found: FoundData,
  ask: (question: PolicyQuestion) => Promise<PolicyWord>,
): Promise<DataTreatment> {
  const clear = await ask({ ...found, action: 'sendUnredacted' });
  if (clear.effect === 'allow') return { action: 'allow', rules: clear.rules };
  const told = await ask({ ...found, action: 'sendWithNotice' });
  if (told.effect === 'allow') return { action: 'warn', rules: told.rules };
  const masked = await ask({ ...found, action: 'sendMasked' });
  return { action: masked.effect === 'allow' ? 'mask' : 'block', rules: masked.rules };
}
