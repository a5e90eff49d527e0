import type { ListedFact, PolicyRule, RuleAct, RuleCondition, RuleWho } from '@/server/core/policy-rule.ts';
import { roleLabel } from '@/components/settings/roles.ts';

/** Rules of policy in the words of the screen. */

export const actLabels: Record<RuleAct, string> = {
  useModel: 'use a model',
  send: 'send what was found, in any way',
  sendReadable: 'send what was found so that it can be read',
  sendUnredacted: 'send what was found as it is',
  sendWithNotice: 'send what was found as it is, with a notice',
  sendMasked: 'send what was found masked',
  usePath: 'let agents work on files',
  applyWithoutReview: 'accept a suggestion as a whole',
  runUnattended: 'let agents go on unwatched',
};

/** What can be asked about, of which the form does not write everything. */
export const tryLabels = {
  ...actLabels,
  act: 'let agents do something at all',
  actUnasked: 'let agents do something without asking',
};

export const factLabels: Record<ListedFact, string> = {
  place: 'the model’s place',
  alias: 'the model',
  provider: 'the provider',
  sensitivity: 'the project’s sensitivity',
  dataClass: 'what was found',
  client: 'the calling program',
  agent: 'the agent',
  weekday: 'the day',
};

export const placeOptions = [
  { value: 'local', label: 'Local: nothing leaves your network' },
  { value: 'remote', label: 'Remote' },
];

export const sensitivityOptions = [
  { value: 'open', label: 'Open' },
  { value: 'internal', label: 'Internal' },
  { value: 'restricted', label: 'Restricted' },
  { value: 'none', label: 'None: a call outside of every project' },
];

const days = ['monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday', 'sunday'];
export const weekdayOptions = days.map((value) => ({
  value,
  label: `${value.charAt(0).toUpperCase()}${value.slice(1)}`,
}));

/** Names of people and projects by id. What is not known (of another team) stays an id. */
export type Names = ReadonlyMap<string, string>;

const listed = (words: readonly string[]) => words.join(' or ');
const named = (ids: readonly string[], names: Names) => listed(ids.map((id) => names.get(id) ?? id));

export function whoWords(who: RuleWho, names: Names): string {
  switch (who.kind) {
    case 'everyone':
      return 'Everyone';
    case 'role':
      return who.role === 'admin' ? 'Admins' : `${roleLabel(who.role)}s and above`;
    case 'people':
      return named(who.personIds, names);
    case 'runs':
      return 'Agents';
    case 'tokens':
      return 'People’s own tools';
  }
}

const money = new Intl.NumberFormat('en', { style: 'currency', currency: 'USD' });
const hour = (at: number) => `${String(at).padStart(2, '0')}:00`;

export function conditionWords(condition: RuleCondition, names: Names): string {
  switch (condition.kind) {
    case 'oneOf':
      return `${condition.fact === 'place' ? 'the model' : factLabels[condition.fact]} is ${listed(condition.values)}`;
    case 'projects':
      return `the project is ${named(condition.projectIds, names)}`;
    case 'found':
      return `${listed(condition.classes)} was found`;
    case 'paths':
      return `the path is like ${listed(condition.patterns)}`;
    case 'hoursOutside':
      return `it is before ${hour(condition.from)} or after ${hour(condition.to)}`;
    case 'spentAtLeast':
      return `${money.format(condition.cents / 100)} are spent already`;
    case 'dearerThan':
      return `output costs more than $${condition.usdPerMillion} a million tokens`;
    case 'unattended':
      return 'nobody watches';
  }
}

/** The rule as a sentence: also what a new one is called until somebody names it. */
export function ruleSentence({ effect, act, who, conditions }: Omit<PolicyRule, 'id' | 'title'>, names: Names): string {
  const when = conditions.filter(({ isException }) => !isException).map((each) => conditionWords(each, names));
  const unless = conditions.filter(({ isException }) => isException).map((each) => conditionWords(each, names));
  const isNobody = effect === 'forbid' && who.kind === 'everyone';
  const may = effect === 'permit' || isNobody ? 'may' : 'may not';
  const cases = when.length > 0 ? ` when ${when.join(' and ')}` : '';
  const exceptions = unless.length > 0 ? `, unless ${unless.join(' or ')}` : '';
  return `${isNobody ? 'Nobody' : whoWords(who, names)} ${may} ${actLabels[act]}${cases}${exceptions}`;
}
