import { cedarString } from './cedar-text.ts';
import type { TeamRole } from './permissions.ts';

/** The policies that a form can show and write: one effect, one kind of act, who, and conditions of a closed list. */

/** `sendReadable`: in any way in which the model can read it; `send`: in any way at all. */
export const ruleActs = [
  'useModel',
  'send',
  'sendReadable',
  'sendUnredacted',
  'sendWithNotice',
  'sendMasked',
  'usePath',
  'applyWithoutReview',
  'runUnattended',
] as const;
export type RuleAct = (typeof ruleActs)[number];

export type RuleWho =
  | { kind: 'everyone' }
  | { kind: 'role'; role: TeamRole }
  | { kind: 'people'; personIds: readonly string[] }
  | { kind: 'runs' }
  | { kind: 'tokens' };

/** Facts that are one of several words, and where a policy finds each. */
export const listedFacts = {
  place: 'resource.place',
  alias: 'resource.alias',
  provider: 'resource.provider',
  sensitivity: 'context.project.sensitivity',
  dataClass: 'context.dataClass',
  client: 'context.client',
  agent: 'context.agent',
  weekday: 'context.weekday',
} as const;
export type ListedFact = keyof typeof listedFacts;

export type RuleCondition = {
  /** True: the rule holds unless this is so. */
  isException: boolean;
} & (
  | { kind: 'oneOf'; fact: ListedFact; values: readonly string[] }
  | { kind: 'projects'; projectIds: readonly string[] }
  /** Any of these classes was found in the text. */
  | { kind: 'found'; classes: readonly string[] }
  /** `*` stands for any characters. */
  | { kind: 'paths'; patterns: readonly string[] }
  /** Before `from` or from `to` on, in full hours of the server's day. */
  | { kind: 'hoursOutside'; from: number; to: number }
  | { kind: 'spentAtLeast'; cents: number }
  | { kind: 'dearerThan'; usdPerMillion: number }
  | { kind: 'unattended' }
);

export type PolicyRule = {
  id: string;
  title: string;
  advice?: string;
  effect: 'permit' | 'forbid';
  act: RuleAct;
  who: RuleWho;
  conditions: readonly RuleCondition[];
};

const actScopes: Partial<Record<RuleAct, string>> = {
  send: 'action in Action::"send"',
  sendReadable: 'action in [Action::"sendUnredacted", Action::"sendWithNotice"]',
};

const principals: Record<Exclude<RuleWho['kind'], 'role'>, string> = {
  everyone: 'principal',
  people: 'principal',
  runs: 'principal is Run',
  tokens: 'principal is Token',
};

const quoted = (values: readonly string[]) => `[${values.map(cedarString).join(', ')}]`;
const entities = (type: string, ids: readonly string[]) =>
  `[${ids.map((id) => `${type}::${cedarString(id)}`).join(', ')}]`;

function oneOf(place: string, values: readonly string[]): string {
  const [only] = values;
  return values.length === 1 && only !== undefined
    ? `${place} == ${cedarString(only)}`
    : `${quoted(values)}.contains(${place})`;
}

/** A pattern of Cedar's `like`: only `*` stands for something else than itself. */
const pattern = (text: string) => cedarString(text);

function writeCondition(condition: RuleCondition): string {
  switch (condition.kind) {
    case 'oneOf':
      return oneOf(listedFacts[condition.fact], condition.values);
    case 'projects':
      return `context.project in ${entities('Project', condition.projectIds)}`;
    case 'found':
      return `context.dataClasses.containsAny(${quoted(condition.classes)})`;
    case 'paths':
      return condition.patterns.map((each) => `resource.path like ${pattern(each)}`).join(' || ');
    case 'hoursOutside':
      return `context.hour < ${condition.from} || context.hour >= ${condition.to}`;
    case 'spentAtLeast':
      return `context.spentCents >= ${condition.cents}`;
    case 'dearerThan':
      return `resource has outputUsdPerMillion && resource.outputUsdPerMillion > ${condition.usdPerMillion}`;
    case 'unattended':
      return 'context.unattended';
  }
}

/** The rule as a policy that people can read. `readPolicyRule` reads it back. */
export function writePolicyRule(rule: PolicyRule): string {
  const { who } = rule;
  const principal = who.kind === 'role' ? `principal in Role::${cedarString(who.role)}` : principals[who.kind];
  const action = actScopes[rule.act] ?? `action == Action::${cedarString(rule.act)}`;
  return [
    `@id(${cedarString(rule.id)})`,
    `@title(${cedarString(rule.title)})`,
    ...(rule.advice ? [`@advice(${cedarString(rule.advice)})`] : []),
    `${rule.effect} (${principal}, ${action}, resource)`,
    ...(who.kind === 'people' ? [`when { principal in ${entities('Person', who.personIds)} }`] : []),
    ...rule.conditions.map((each) => `${each.isException ? 'unless' : 'when'} { ${writeCondition(each)} }`),
  ]
    .join('\n')
    .concat(';');
}

/** An id that no policy of the text has yet, from a title. */
export function newRuleId(title: string, taken: ReadonlySet<string>): string {
  const plain = title
    .normalize('NFKD')
    .replaceAll(/\p{M}/gu, '')
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '-')
    .replaceAll(/^-+|-+$/g, '');
  const base = plain === '' ? 'rule' : cutAtWord(plain, 48);
  if (!taken.has(base)) return base;
  for (let count = 2; ; count += 1) if (!taken.has(`${base}-${count}`)) return `${base}-${count}`;
}

/** The whole words of an id that fit; a single longer word is cut. */
function cutAtWord(id: string, longest: number): string {
  if (id.length <= longest) return id;
  const end = id.lastIndexOf('-', longest);
  return id.slice(0, end > 0 ? end : longest);
}
