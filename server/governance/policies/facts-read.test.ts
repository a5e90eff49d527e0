import { describe, expect, it } from 'vitest';
import { parsePolicy } from '../../platform/parsers/cedar.ts';
import { everyFact, factsRead } from './facts-read.ts';

const read = (policy: string) => {
  const parsed = parsePolicy(policy);
  if ('problems' in parsed) throw new Error(JSON.stringify(parsed.problems));
  return [...factsRead([parsed.json])].sort();
};
const when = (condition: string) => read(`permit (principal, action, resource) when { ${condition} };`);

describe('[PO9] what a policy looks at', () => {
  it.each([
    ['resource.place == "local"', []],
    ['context.hour < 8', ['hour']],
    ['context["spent\\u{43}ents"] > 1 || context.project.archived', ['spentCents']],
    ['context has weekday && context.dataClasses.isEmpty()', ['dataClasses', 'weekday']],
    ['if context.unattended then context.client like "c*" else context.task == ""', ['client', 'task', 'unattended']],
    ['context.families.contains("secrets") || context.kind == "mcp"', ['families', 'kind']],
    ['context.kind == "mcp" && context.server == "notes" && context.tool like "add_*"', ['kind', 'server', 'tool']],
    ['principal in Run::"run_1"', ['keyId']],
    ['[Token::"tok_1"].contains(resource)', ['keyId']],
  ])('%s', (condition, facts) => expect(when(condition)).toEqual(facts));

  it('is the whole context when that is looked at as one', () => {
    const all = [...everyFact].filter((fact) => fact !== 'keyId').sort();
    expect(when('context == { hour: 1 }')).toEqual(all);
    expect(when('(if principal == resource then context else context).project.archived')).toEqual(all);
  });

  it('is a run or token in the scope, and not their kind', () => {
    expect(read('permit (principal == Token::"tok_1", action, resource);')).toEqual(['keyId']);
    expect(read('permit (principal is Run, action, resource);')).toEqual([]);
  });
});
