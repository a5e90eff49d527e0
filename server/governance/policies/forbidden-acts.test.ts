import { describe, expect, it } from 'vitest';
import { readPolicyRule } from '../../core/read-policy-rule.ts';
import type { PolicyAct, PolicyQuestion } from '../../core/policy-question.ts';
import { parsePolicy } from '../../platform/parsers/cedar.ts';
import { asker, policy } from '../testing-policies.ts';
import { checkPolicies } from './check-policies.ts';
import { forbiddenActs } from './forbidden-acts.ts';
import { factsOf } from './policy-request.ts';
import { askPolicySet, makePolicySet } from './policy-set.ts';
import { shippedPolicies } from './shipped-policies.ts';

const source = { prefix: '', owner: 'this installation' };
const project = { id: 'prj_1', name: 'Ledger', sensitivity: 'restricted', isArchived: false } as const;
const publishing: PolicyAct = {
  kind: 'command',
  mode: 'auto',
  verdict: 'ask',
  rules: ['packages.publish', 'gru_1'],
  families: ['publishing', 'house'],
};
const byRun = asker('team_1', { key: { kind: 'run', id: 'run_1' }, run: { id: 'run_1', agent: 'codex' } });
const question = (act: Partial<PolicyAct> = {}) =>
  ({ action: 'act', caller: byRun, act: { ...publishing, ...act } }) as const;

function said(text: string, asked: PolicyQuestion): string {
  const set = makePolicySet({ name: 'acts', text, ...source });
  const facts = factsOf(asked, new Date('2026-01-05T10:00:00Z'));
  const { effect, rules } = askPolicySet(set, { question: asked, facts, project }, source);
  return [effect, ...rules.map(({ id }) => id)].join(' ');
}
const forbid = (condition: string, action = 'act') =>
  policy('no', `forbid (principal, action == Action::"${action}", resource) when { ${condition} }`);

describe('[PO21] what agents do', () => {
  it.each([
    'context.kind == "command" && context.mode == "auto" && context.verdict == "ask"',
    'context.families.contains("publishing")',
    'context.rules.containsAll(["packages.publish", "gru_1"])',
    'resource.sensitivity == "restricted" && context.project.sensitivity == "restricted"',
    'context.agent == "codex" && context.task == "run" && context.hour < 24',
    'principal in Person::"per_ana" && principal is Run',
  ])('is forbidden by %s', (condition) => {
    expect(checkPolicies(forbid(condition) + shippedPolicies).problems).toEqual([]);
    expect(said(forbid(condition), question())).toBe('deny no');
    expect(said(forbid(`!(${condition})`), question())).toBe('allow');
    expect(said(forbid(condition, 'actUnasked'), question())).toBe('allow');
  });

  it('needs no permission, and what the guard does not look at has no verdict', () => {
    expect(said(shippedPolicies, question())).toBe('allow');
    expect(said(forbid('context.hour > 24'), question())).toBe('allow');
    const { verdict: _none, ...unseen } = publishing;
    const fetched = { ...question(), act: { ...unseen, kind: 'fetch' as const, rules: [], families: [] } };
    expect(said(forbid('context.verdict == "" && context.families.isEmpty()'), fetched)).toBe('deny no');
  });

  it('is denied by a policy that cannot be evaluated, and by a text that cannot be read', () => {
    const dear = 'context.spentCents + 9223372036854775807 > 0';
    const spent = { ...question(), circumstances: { spentMicroUsd: 10_000 } };
    expect(said(forbid(dear), spent)).toBe('deny no');
    expect(said(forbid('context.gone'), question())).toBe('deny unreadable');
  });

  it.each([
    ['forbid (principal, action == Action::"act", resource);', ['act']],
    ['forbid (principal, action in [Action::"act", Action::"useModel"], resource);', ['act']],
    ['forbid (principal, action in Action::"actUnasked", resource);', ['actUnasked']],
    ['forbid (principal, action, resource);', ['act', 'actUnasked']],
    ['forbid (principal, action == Action::"runUnattended", resource);', []],
    ['permit (principal, action, resource);', []],
  ])('may be forbidden by %s: %j', (text, acts) => {
    const parsed = parsePolicy(text);
    if ('problems' in parsed) throw new Error('it cannot be read');
    expect([...forbiddenActs([parsed.json])]).toEqual(acts);
  });

  it('is not permitted in vain without a word', () => {
    const permit = (scope: string) => checkPolicies(policy('all', `permit (principal, ${scope}, resource)`)).problems;
    expect(permit('action == Action::"act"')).toMatchObject([
      { severity: 'warning', message: expect.stringContaining('needs no permission') as string },
    ]);
    expect(permit('action')).toEqual([]);
  });

  it('is shown as written in Cedar', () => {
    const text = 'forbid (principal, action == Action::"act", resource);';
    const parsed = parsePolicy(policy('no', text.slice(0, -1)));
    expect('json' in parsed && readPolicyRule(parsed.json, text)).toBeUndefined();
  });
});
