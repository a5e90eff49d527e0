import { teamRoles } from './permissions.ts';
import {
  listedFacts,
  ruleActs,
  type ListedFact,
  type PolicyRule,
  type RuleAct,
  type RuleCondition,
  type RuleWho,
} from './policy-rule.ts';

/** Reads rules of the form back out of policies, from Cedar's JSON policy format. What a form cannot show is undefined. */

type Node = Readonly<Record<string, unknown>>;

/** The members of a JSON object; of anything else none. */
const node = (value: unknown): Node => (typeof value === 'object' && value !== null ? { ...value } : {});
const list = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);
const only = (value: unknown, name: string): unknown =>
  Object.keys(node(value)).length === 1 ? node(value)[name] : undefined;

/** Both sides of an operator, when the expression is one. */
function sides(expression: unknown, operator: string): [unknown, unknown] | undefined {
  const found = only(expression, operator);
  return found === undefined ? undefined : [node(found)['left'], node(found)['right']];
}

/** `context.project.archived` and the like. */
function pathOf(expression: unknown): string | undefined {
  const variable = only(expression, 'Var');
  if (typeof variable === 'string') return variable;
  const access = only(expression, '.');
  const left = access === undefined ? undefined : pathOf(node(access)['left']);
  return left === undefined ? undefined : `${left}.${String(node(access)['attr'])}`;
}

function textOf(expression: unknown): string | undefined {
  const value = only(expression, 'Value');
  return typeof value === 'string' ? value : undefined;
}

function numberOf(expression: unknown): number | undefined {
  const value = only(expression, 'Value');
  return typeof value === 'number' ? value : undefined;
}

function entityOf(value: unknown, type: string): string | undefined {
  const { type: found, id } = node(node(value)['__entity'] ?? value);
  return found === type && typeof id === 'string' ? id : undefined;
}

/** All of them, or nothing: a list that is read in part would be another rule. */
function every<T>(values: readonly unknown[], read: (value: unknown) => T | undefined): T[] | undefined {
  const found = values.map(read).filter((value) => value !== undefined);
  return found.length > 0 && found.length === values.length ? found : undefined;
}

const texts = (expression: unknown) => every(list(only(expression, 'Set')), textOf);
const entities = (expression: unknown, type: string) =>
  every(list(only(expression, 'Set')), (value) => entityOf(only(value, 'Value'), type));

type Condition = RuleCondition extends infer C ? (C extends RuleCondition ? Omit<C, 'isException'> : never) : never;

const factNames = Object.keys(listedFacts).filter((name): name is ListedFact => name in listedFacts);
const factAt = (expression: unknown) => factNames.find((fact) => listedFacts[fact] === pathOf(expression));

function readOneOf(body: unknown): Condition | undefined {
  const equal = sides(body, '==');
  const contains = sides(body, 'contains');
  const fact = factAt(equal ? equal[0] : contains?.[1]);
  const only = equal && textOf(equal[1]);
  const values = equal ? only !== undefined && [only] : texts(contains?.[0]);
  return fact && values ? { kind: 'oneOf', fact, values } : undefined;
}

function readProjects(body: unknown): Condition | undefined {
  const [left, right] = sides(body, 'in') ?? [];
  const projectIds = pathOf(left) === 'context.project' ? entities(right, 'Project') : undefined;
  return projectIds && { kind: 'projects', projectIds };
}

function readFound(body: unknown): Condition | undefined {
  const [left, right] = sides(body, 'containsAny') ?? [];
  const classes = pathOf(left) === 'context.dataClasses' ? texts(right) : undefined;
  return classes && { kind: 'found', classes };
}

/** `a || b || c` as a list, from left to right. */
function alternatives(body: unknown): unknown[] {
  const either = sides(body, '||');
  return either ? [...alternatives(either[0]), ...alternatives(either[1])] : [body];
}

function readPattern(body: unknown): string | undefined {
  const like = node(only(body, 'like'));
  if (pathOf(like['left']) !== 'resource.path') return undefined;
  const parts = every(list(like['pattern']), (part) => {
    if (part === 'Wildcard') return '*';
    const literal = only(part, 'Literal');
    // A star that stands for itself cannot be written in the form.
    return typeof literal === 'string' && !literal.includes('*') ? literal : undefined;
  });
  return parts?.join('');
}

function readPaths(body: unknown): Condition | undefined {
  const patterns = every(alternatives(body), readPattern);
  return patterns && { kind: 'paths', patterns };
}

function readHours(body: unknown): Condition | undefined {
  const [early, late] = sides(body, '||') ?? [];
  const [before, from] = sides(early, '<') ?? [];
  const [after, to] = sides(late, '>=') ?? [];
  if (pathOf(before) !== 'context.hour' || pathOf(after) !== 'context.hour') return undefined;
  const [fromHour, toHour] = [numberOf(from), numberOf(to)];
  return fromHour === undefined || toHour === undefined
    ? undefined
    : { kind: 'hoursOutside', from: fromHour, to: toHour };
}

function readSpent(body: unknown): Condition | undefined {
  const [left, right] = sides(body, '>=') ?? [];
  const cents = pathOf(left) === 'context.spentCents' ? numberOf(right) : undefined;
  return cents === undefined ? undefined : { kind: 'spentAtLeast', cents };
}

function readPrice(body: unknown): Condition | undefined {
  const [known, dearer] = sides(body, '&&') ?? [];
  const has = node(only(known, 'has'));
  const [left, right] = sides(dearer, '>') ?? [];
  const isPrice = pathOf(has['left']) === 'resource' && String(has['attr']) === 'outputUsdPerMillion';
  const usd = isPrice && pathOf(left) === 'resource.outputUsdPerMillion' ? numberOf(right) : undefined;
  return usd === undefined ? undefined : { kind: 'dearerThan', usdPerMillion: usd };
}

const readUnattended = (body: unknown): Condition | undefined =>
  pathOf(body) === 'context.unattended' ? { kind: 'unattended' } : undefined;

const readers = [readOneOf, readProjects, readFound, readPaths, readHours, readSpent, readPrice, readUnattended];

function readCondition(clause: unknown): RuleCondition | undefined {
  const { kind, body } = node(clause);
  for (const read of readers) {
    const found = read(body);
    if (found) return { ...found, isException: kind === 'unless' };
  }
  return undefined;
}

function readAct(action: unknown): RuleAct | undefined {
  const { op, entity, entities: several } = node(action);
  const id = entityOf(entity, 'Action');
  if (op === '==') return ruleActs.find((act) => act === id && act !== 'send' && act !== 'sendReadable');
  if (op !== 'in') return undefined;
  if (id === 'send') return 'send';
  const ids = every(list(several), (each) => entityOf(each, 'Action'));
  return ids?.toSorted().join(' ') === 'sendUnredacted sendWithNotice' ? 'sendReadable' : undefined;
}

function readScope(principal: unknown): RuleWho | undefined {
  const { op, entity, entity_type: type, in: within } = node(principal);
  if (op === 'All') return { kind: 'everyone' };
  if (op === 'is' && within === undefined && (type === 'Run' || type === 'Token'))
    return { kind: type === 'Run' ? 'runs' : 'tokens' };
  const role = op === 'in' ? teamRoles.find((each) => each === entityOf(entity, 'Role')) : undefined;
  if (role) return { kind: 'role', role };
  const personId = op === 'in' ? entityOf(entity, 'Person') : undefined;
  return personId === undefined ? undefined : { kind: 'people', personIds: [personId] };
}

/** People are a list in a first `when`. */
function readPeople(clause: unknown): RuleWho | undefined {
  const { kind, body } = node(clause);
  const [left, right] = (kind === 'when' && sides(body, 'in')) || [];
  const personIds = pathOf(left) === 'principal' ? entities(right, 'Person') : undefined;
  return personIds && { kind: 'people', personIds };
}

/** Whom the rule is for, and the clauses that are left. */
function readWho(principal: unknown, conditions: unknown): { who: RuleWho; clauses: readonly unknown[] } | undefined {
  const clauses = list(conditions);
  const scope = readScope(principal);
  const people = scope?.kind === 'everyone' ? readPeople(clauses[0]) : undefined;
  if (people) return { who: people, clauses: clauses.slice(1) };
  return scope && { who: scope, clauses };
}

/** What it is called; undefined when there is an annotation that the form does not know. */
function readNames(annotations: unknown): Pick<PolicyRule, 'id' | 'title' | 'advice'> | undefined {
  const { id, title, advice, ...more } = node(annotations);
  if (typeof id !== 'string' || typeof title !== 'string' || Object.keys(more).length > 0) return undefined;
  return { id, title, ...(typeof advice === 'string' && advice !== '' && { advice }) };
}

/**
 * The rule that a policy is, when it is one of those that the form writes. `text` is the policy itself: a comment within it
 * would be lost when the rule is written anew, so such a policy stays as it is.
 */
export function readPolicyRule(json: unknown, text: string): PolicyRule | undefined {
  const { effect, principal, action, resource, conditions, annotations } = node(json);
  const names = readNames(annotations);
  const act = readAct(action);
  const whom = readWho(principal, conditions);
  if (!names || !act || !whom || node(resource)['op'] !== 'All' || hasComment(text)) return undefined;
  const read = whom.clauses.length === 0 ? [] : every(whom.clauses, readCondition);
  if ((effect !== 'permit' && effect !== 'forbid') || !read) return undefined;
  return { ...names, effect, act, who: whom.who, conditions: read };
}

const hasComment = (text: string) => /\/\//.test(text.replaceAll(/"(?:\\[\s\S]|[^"\\])*"/g, '""'));
