import type {
  PolicyAct,
  PolicyCaller,
  PolicyModel,
  PolicyProject,
  PolicyQuestion,
} from '../../core/policy-question.ts';
import { roleAtLeast, teamRoles } from '../../core/permissions.ts';
import type { CedarEntity, CedarRequest, CedarUid } from '../../platform/parsers/cedar.ts';

/** A question as Cedar takes it: the form that `policySchema` describes. Pure but for the time of day that it is given. */

const weekdays = ['sunday', 'monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday'] as const;
/** The project of a call that belongs to none. */
const noProject = { id: 'none', name: '', sensitivity: 'none', isArchived: false } as const;

/** Empty for what is not about what an agent does. */
type ActFacts = { [name in keyof PolicyAct]-?: string };

/** What a question depends on, by the name policies know it by. Two questions with the same facts have the same answer. */
export type PolicyFacts = {
  [
    name in 'action' | 'dataClass' | 'task' | 'client' | 'agent' | 'weekday' | 'path' | 'dataClasses' | keyof ActFacts
  ]: string;
} & { hour: number; spentCents: number; unattended: boolean };

export function factsOf(question: PolicyQuestion, at: Date): PolicyFacts {
  const { circumstances = {}, caller } = question;
  return {
    ...factsAsked(question),
    task: circumstances.task ?? (caller.run ? 'run' : ''),
    client: programOf(circumstances.client ?? ''),
    agent: caller.run?.agent ?? '',
    dataClasses: setText(circumstances.dataClasses),
    spentCents: Math.ceil((circumstances.spentMicroUsd ?? 0) / 10_000),
    hour: at.getHours(),
    weekday: weekdays[at.getDay()] ?? 'sunday',
    unattended: circumstances.isUnattended ?? isUnattendedAct(question),
  };
}

const noAct: ActFacts = { kind: '', mode: '', verdict: '', rules: '', families: '', server: '', tool: '' };

const actFacts = ({ kind, mode, verdict, rules, families, server, tool }: PolicyAct): ActFacts => ({
  kind,
  mode,
  verdict: verdict ?? '',
  rules: setText(rules),
  families: setText(families),
  server: server ?? '',
  tool: tool ?? '',
});

function factsAsked(question: PolicyQuestion) {
  const act = 'act' in question ? actFacts(question.act) : noAct;
  return {
    ...act,
    action: question.action,
    dataClass: 'dataClass' in question ? question.dataClass : '',
    path: 'path' in question ? question.path : '',
  };
}

const isUnattendedAct = (question: PolicyQuestion) => 'act' in question && question.act.mode === 'auto';

const setText = (words: readonly string[] = []) => [...new Set(words)].sort().join('\n');
const setOf = (text: string) => (text === '' ? [] : text.split('\n'));

/** The name that a user agent begins with, without its version: `claude-cli` of `claude-cli/2.1 (external)`. */
const programOf = (client: string) => (client.split(/[/\s]/, 1)[0] ?? '').slice(0, 100).toLowerCase();

/** The question for the authorizer. `project` is the caller's, undefined for a call outside of every project. */
export function policyRequest(
  question: PolicyQuestion,
  facts: PolicyFacts,
  project: PolicyProject | undefined,
): CedarRequest {
  const { caller } = question;
  const principal = principalOf(caller);
  const inProject = projectEntity(caller.teamId, project);
  const resource = resourceOf(question, inProject);
  return {
    principal: principal.uid,
    action: { type: 'Action', id: question.action },
    resource: resource.uid,
    context: { ...contextOf(facts, inProject.uid), ...('act' in question && actContext(facts)) },
    entities: [principal, personEntity(caller), inProject, resource].filter(isFirst),
  };
}

/** An entity is named once, also when it is the principal and the person, or the project and the resource. */
const isFirst = (entity: CedarEntity, index: number, all: readonly CedarEntity[]) =>
  all.findIndex(({ uid }) => uid.type === entity.uid.type && uid.id === entity.uid.id) === index;

function contextOf(facts: PolicyFacts, project: CedarUid): CedarRequest['context'] {
  const { task, client, agent, unattended, dataClass, dataClasses, spentCents, hour, weekday } = facts;
  return {
    task,
    client,
    agent,
    unattended,
    spentCents,
    hour,
    weekday,
    ...(dataClass !== '' && { dataClass }),
    dataClasses: setOf(dataClasses),
    project: { __entity: project },
  };
}

const actContext = ({ kind, mode, verdict, rules, families, server, tool }: PolicyFacts): CedarRequest['context'] => ({
  kind,
  mode,
  verdict,
  rules: setOf(rules),
  families: setOf(families),
  server,
  tool,
});

/** The team, and every role that theirs includes. */
const groupsOf = ({ teamId, role }: PolicyCaller): CedarUid[] => [
  { type: 'Team', id: teamId },
  ...teamRoles.filter((lesser) => roleAtLeast(role, lesser)).map((id) => ({ type: 'Role', id })),
];

function personEntity(caller: PolicyCaller): CedarEntity {
  const { person } = caller;
  return { uid: { type: 'Person', id: person.id }, attrs: { email: person.email }, parents: groupsOf(caller) };
}

function principalOf(caller: PolicyCaller): CedarEntity {
  const { key, person, run } = caller;
  const parents = [{ type: 'Person', id: person.id }, ...groupsOf(caller)];
  const { email } = person;
  if (run) return { uid: { type: 'Run', id: run.id }, attrs: { email, agent: run.agent }, parents };
  if (key) return { uid: { type: 'Token', id: key.id }, attrs: { email }, parents };
  return personEntity(caller);
}

function projectEntity(teamId: string, project: PolicyProject | undefined): CedarEntity {
  const { id, name, sensitivity, isArchived } = project ?? noProject;
  return {
    uid: { type: 'Project', id },
    attrs: { name, sensitivity, archived: isArchived },
    parents: [{ type: 'Team', id: teamId }],
  };
}

function resourceOf(question: PolicyQuestion, project: CedarEntity): CedarEntity {
  if ('model' in question) return modelEntity(question.model);
  if (!('path' in question)) return project;
  const { path } = question;
  return { uid: { type: 'Path', id: path }, attrs: { path }, parents: [project.uid] };
}

function modelEntity({ alias, target }: PolicyModel): CedarEntity {
  const { modelId, providerId, providerName, place, upstreamModel, price } = target;
  return {
    uid: { type: 'Model', id: modelId },
    attrs: {
      alias,
      name: upstreamModel,
      provider: providerName,
      place,
      ...(price && { outputUsdPerMillion: Math.ceil(price.output / 1_000_000) }),
    },
    parents: [{ type: 'Provider', id: providerId }],
  };
}
