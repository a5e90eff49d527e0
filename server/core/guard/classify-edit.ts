import { readChange, type Edit } from './edits/change.ts';
import type { ReadCode } from './edits/code-lines.ts';
import type { EditRule } from './edits/edit-rule.ts';
import { editRules } from './edits/families.ts';
import type { GuardFacts, Verdict } from './verdict.ts';

/** Texts longer than this are not read line by line. */
const mostCharacters = 400_000;

/**
 * The guard's word on a change of a file: deny before ask before allow, by whatever rule is strictest. Never throws, whatever the texts.
 * @param readCode reads programs by their syntax; where it cannot, their lines are looked at
 */
export function classifyEdit(edit: Edit, facts: GuardFacts, readCode: ReadCode): Verdict {
  if ((edit.oldText?.length ?? 0) + (edit.newText?.length ?? 0) > mostCharacters) return tooLong;
  const change = readChange(edit, readCode);
  const findings = editRules.flatMap((rule) => apply(rule, change, facts));
  const strict = findings.filter(({ verdict }) => verdict === 'deny');
  const [first] = strict.length > 0 ? strict : findings;
  if (first === undefined) return nothing;
  const rules = [...new Set([...strict, ...findings].map(({ id }) => id))];
  return { verdict: first.verdict, rules, reason: first.reason, saferWay: first.saferWay };
}

type Finding = Pick<EditRule, 'id' | 'verdict' | 'reason' | 'saferWay'>;

function apply(rule: EditRule, change: ReturnType<typeof readChange>, facts: GuardFacts): Finding[] {
  const match = rule.matches(change, facts);
  if (match === false) return [];
  const { id, verdict, reason, saferWay } = rule;
  return [{ id, verdict, reason, saferWay, ...(match === true ? {} : match) }];
}

const nothing: Verdict = { verdict: 'allow', rules: [], reason: 'Nothing in it is known to do harm.' };

const tooLong: Verdict = {
  verdict: 'ask',
  rules: ['edits.too-long'],
  reason: 'The change is too long to be read.',
  saferWay: 'Make several short changes.',
};
