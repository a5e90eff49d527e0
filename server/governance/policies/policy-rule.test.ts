import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { teamRoles } from '../../core/permissions.ts';
import {
  listedFacts,
  newRuleId,
  ruleActs,
  writePolicyRule,
  type ListedFact,
  type PolicyRule,
  type RuleCondition,
} from '../../core/policy-rule.ts';
import { readPolicyRule } from '../../core/read-policy-rule.ts';
import { parsePolicy } from '../../platform/parsers/cedar.ts';
import { checkPolicies } from './check-policies.ts';
import { shippedPolicies } from './shipped-policies.ts';

function read(text: string): PolicyRule | undefined {
  const parsed = parsePolicy(text);
  if ('problems' in parsed) throw new Error(`${text}\n${JSON.stringify(parsed.problems)}`);
  return readPolicyRule(parsed.json, text);
}

const word = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 12 }).filter((text) => text.isWellFormed());
const words = fc.uniqueArray(word, { minLength: 1, maxLength: 3 });
const small = fc.nat({ max: 1_000_000 });
const condition: fc.Arbitrary<RuleCondition> = fc
  .tuple(
    fc.boolean(),
    fc.oneof(
      fc.record({
        kind: fc.constant('oneOf' as const),
        fact: fc.constantFrom(...(Object.keys(listedFacts) as ListedFact[])),
        values: words,
      }),
      fc.record({ kind: fc.constant('projects' as const), projectIds: words }),
      fc.record({ kind: fc.constant('found' as const), classes: words }),
      fc.record({ kind: fc.constant('paths' as const), patterns: words }),
      fc.record({ kind: fc.constant('hoursOutside' as const), from: small, to: small }),
      fc.record({ kind: fc.constant('spentAtLeast' as const), cents: small }),
      fc.record({ kind: fc.constant('dearerThan' as const), usdPerMillion: small }),
      fc.record({ kind: fc.constant('unattended' as const) }),
    ),
  )
  .map(([isException, rest]) => ({ isException, ...rest }));
const who: fc.Arbitrary<PolicyRule['who']> = fc.oneof(
  fc.constantFrom({ kind: 'everyone' as const }, { kind: 'runs' as const }, { kind: 'tokens' as const }),
  fc.record({ kind: fc.constant('role' as const), role: fc.constantFrom(...teamRoles) }),
  fc.record({ kind: fc.constant('people' as const), personIds: words }),
);
const rule: fc.Arbitrary<PolicyRule> = fc.record(
  {
    id: fc.constant('a-rule'),
    title: word,
    advice: word,
    effect: fc.constantFrom('permit' as const, 'forbid' as const),
    act: fc.constantFrom(...ruleActs),
    who,
    conditions: fc.array(condition, { maxLength: 4 }),
  },
  { requiredKeys: ['id', 'title', 'effect', 'act', 'who', 'conditions'] },
);

describe('[PO10] a rule of the form', () => {
  it('is read back as it was written', () => {
    fc.assert(
      fc.property(rule, (given) => {
        expect(read(writePolicyRule(given))).toEqual(given);
      }),
      { numRuns: 500 },
    );
  });

  it('is written as people would write it', () => {
    expect(
      writePolicyRule({
        id: 'opus-for-leads',
        title: 'Opus is for leads',
        advice: 'Take Sonnet.',
        effect: 'forbid',
        act: 'useModel',
        who: { kind: 'everyone' },
        conditions: [
          { kind: 'oneOf', fact: 'alias', values: ['opus', 'gpt-5'], isException: false },
          { kind: 'hoursOutside', from: 8, to: 18, isException: false },
          { kind: 'oneOf', fact: 'sensitivity', values: ['open'], isException: true },
        ],
      }),
    ).toBe(`@id("opus-for-leads")
@title("Opus is for leads")
@advice("Take Sonnet.")
forbid (principal, action == Action::"useModel", resource)
when { ["opus", "gpt-5"].contains(resource.alias) }
when { context.hour < 8 || context.hour >= 18 }
unless { context.project.sensitivity == "open" };`);
  });

  it.each(ruleActs)('about %s is publishable with the conditions that fit it', (act) => {
    const isPath = act === 'usePath' || act === 'applyWithoutReview';
    const conditions: RuleCondition[] = [
      { kind: 'oneOf', fact: 'sensitivity', values: ['open'], isException: true },
      { kind: 'projects', projectIds: ['prj_1', 'prj_2'], isException: false },
      { kind: 'found', classes: ['secret'], isException: true },
      { kind: 'spentAtLeast', cents: 5, isException: false },
      { kind: 'unattended', isException: false },
      ...(isPath ? [{ kind: 'paths', patterns: ['src/*', 'docs/*'], isException: false } as const] : []),
      ...(act === 'useModel' ? [{ kind: 'dearerThan', usdPerMillion: 20, isException: false } as const] : []),
      ...(act.startsWith('send')
        ? [{ kind: 'oneOf', fact: 'dataClass', values: ['secret'], isException: false } as const]
        : []),
    ];
    for (const who of [
      { kind: 'people', personIds: ['per_1'] },
      { kind: 'runs' },
      { kind: 'role', role: 'lead' },
    ] as const) {
      const text = writePolicyRule({ id: 'a', title: 'A', effect: 'permit', act, who, conditions });
      expect(checkPolicies(text).problems).toEqual([]);
    }
  });

  it('is every shipped policy but those about a project’s archive', () => {
    const { policies } = checkPolicies(shippedPolicies);
    const unread = policies.filter(({ json, text }) => !readPolicyRule(json, text)).map(({ id }) => id);
    expect(unread).toEqual(['archived-projects-rest']);
  });

  it.each([
    [
      'a condition of another form',
      'permit (principal, action == Action::"useModel", resource) when { context.hour == 7 }',
    ],
    [
      'two conditions in one',
      'permit (principal, action == Action::"useModel", resource) when { context.unattended && context.hour < 8 }',
    ],
    ['a resource in the scope', 'permit (principal, action == Action::"useModel", resource == Model::"m")'],
    ['a team in the scope', 'permit (principal in Team::"t", action == Action::"useModel", resource)'],
    ['every action', 'permit (principal, action, resource)'],
    [
      'a star that is one',
      'permit (principal, action == Action::"usePath", resource) when { resource.path like "a\\*" }',
    ],
    ['a comment within it', 'permit (principal, // all\naction == Action::"useModel", resource)'],
    ['an annotation of its own', '@owner("ana") permit (principal, action == Action::"useModel", resource)'],
    [
      'a list with something else in it',
      'permit (principal, action == Action::"useModel", resource) when { ["a", context.client].contains(resource.alias) }',
    ],
  ])('is none with %s', (_what, text) => {
    expect(read(`@id("a") @title("A") ${text};`)).toBeUndefined();
  });

  it('gets an id of its own from its title', () => {
    expect(newRuleId('Größe: nur für Leads!', new Set())).toBe('gro-e-nur-fur-leads');
    expect(newRuleId('???', new Set(['rule', 'rule-2']))).toBe('rule-3');
    expect(newRuleId('Nobody may use a model when the model is scripted-large', new Set())).toBe(
      'nobody-may-use-a-model-when-the-model-is',
    );
    expect(newRuleId('x'.repeat(60), new Set())).toBe('x'.repeat(48));
  });
});
