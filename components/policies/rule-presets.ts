import type { PolicyRule, RuleAct, RuleCondition } from '@/server/core/policy-rule.ts';

/** What people mostly want to say, begun for them. */
export type RuleStart = Omit<PolicyRule, 'id' | 'title'>;

const everyone = { kind: 'everyone' } as const;
const oneOf = (fact: Extract<RuleCondition, { kind: 'oneOf' }>['fact'], values: string[], isException = false) =>
  ({ kind: 'oneOf', fact, values, isException }) as const;

export const presets: { label: string; start: RuleStart }[] = [
  {
    label: 'Close models to someone',
    start: { effect: 'forbid', act: 'useModel', who: everyone, conditions: [oneOf('alias', [])] },
  },
  {
    label: 'Only these models',
    start: { effect: 'forbid', act: 'useModel', who: everyone, conditions: [oneOf('alias', [], true)] },
  },
  {
    label: 'Keep projects on local models',
    start: {
      effect: 'forbid',
      act: 'useModel',
      who: everyone,
      conditions: [oneOf('place', ['remote']), oneOf('sensitivity', ['restricted'])],
    },
  },
  {
    label: 'Limit hours',
    start: {
      effect: 'forbid',
      act: 'useModel',
      who: everyone,
      conditions: [{ kind: 'hoursOutside', from: 8, to: 18, isException: false }],
    },
  },
  {
    label: 'Limit the cost of a run',
    start: {
      effect: 'forbid',
      act: 'useModel',
      who: { kind: 'runs' },
      conditions: [{ kind: 'spentAtLeast', cents: 500, isException: false }],
    },
  },
  {
    label: 'Refuse a class of data',
    start: { effect: 'forbid', act: 'send', who: everyone, conditions: [oneOf('dataClass', [])] },
  },
  {
    label: 'Always mask a class of data',
    start: { effect: 'forbid', act: 'sendReadable', who: everyone, conditions: [oneOf('dataClass', [])] },
  },
  {
    label: 'Send a class of data readable',
    start: { effect: 'permit', act: 'sendWithNotice', who: everyone, conditions: [oneOf('dataClass', [])] },
  },
  {
    label: 'Close files to agents',
    start: {
      effect: 'forbid',
      act: 'usePath',
      who: everyone,
      conditions: [{ kind: 'paths', patterns: [], isException: false }],
    },
  },
  {
    label: 'Ask for review of paths',
    start: {
      effect: 'forbid',
      act: 'applyWithoutReview',
      who: everyone,
      conditions: [{ kind: 'paths', patterns: [], isException: false }],
    },
  },
  {
    label: 'Watch agents',
    start: {
      effect: 'forbid',
      act: 'runUnattended',
      who: everyone,
      conditions: [oneOf('sensitivity', ['restricted'])],
    },
  },
];

/** A condition to begin with, by the name it has in the menu. */
const conditionStarts = {
  place: { label: 'Where the model is', start: oneOf('place', ['remote']) },
  alias: { label: 'Models', start: oneOf('alias', []) },
  provider: { label: 'Providers', start: oneOf('provider', []) },
  price: { label: 'Price of the model', start: { kind: 'dearerThan', usdPerMillion: 20, isException: false } },
  sensitivity: { label: 'Sensitivity of the project', start: oneOf('sensitivity', ['restricted']) },
  projects: { label: 'Projects', start: { kind: 'projects', projectIds: [], isException: false } },
  dataClass: { label: 'Class of what was found', start: oneOf('dataClass', []) },
  found: { label: 'What was found in the call', start: { kind: 'found', classes: [], isException: false } },
  paths: { label: 'Paths', start: { kind: 'paths', patterns: [], isException: false } },
  hours: { label: 'Hours', start: { kind: 'hoursOutside', from: 8, to: 18, isException: false } },
  weekday: { label: 'Days', start: oneOf('weekday', ['saturday', 'sunday']) },
  spent: { label: 'What was spent', start: { kind: 'spentAtLeast', cents: 500, isException: false } },
  agent: { label: 'Agents', start: oneOf('agent', []) },
  client: { label: 'Calling programs', start: oneOf('client', []) },
  unattended: { label: 'Nobody watches', start: { kind: 'unattended', isException: false } },
} as const satisfies Record<string, { label: string; start: RuleCondition }>;
type ConditionName = keyof typeof conditionStarts;

const always: ConditionName[] = [
  'sensitivity',
  'projects',
  'agent',
  'client',
  'hours',
  'weekday',
  'spent',
  'unattended',
];
const aboutModels: ConditionName[] = ['place', 'alias', 'provider', 'price'];

/** The conditions that make sense of an act, which are those that the schema knows of it. */
export function conditionsFor(act: RuleAct): { name: string; label: string; start: RuleCondition }[] {
  const isPath = act === 'usePath' || act === 'applyWithoutReview';
  const own: ConditionName[] = isPath ? ['paths'] : act === 'runUnattended' ? [] : aboutModels;
  const data: ConditionName[] = act === 'useModel' ? ['found'] : act.startsWith('send') ? ['dataClass'] : [];
  return [...data, ...own, ...always].map((name) => ({ name, ...conditionStarts[name] }));
}

/** True while a list still waits for its first entry. */
export function isUnfinished(condition: RuleCondition): boolean {
  switch (condition.kind) {
    case 'oneOf':
      return condition.values.length === 0;
    case 'projects':
      return condition.projectIds.length === 0;
    case 'found':
      return condition.classes.length === 0;
    case 'paths':
      return condition.patterns.length === 0;
    default:
      return false;
  }
}
