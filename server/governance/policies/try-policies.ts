import { and, eq } from 'drizzle-orm';
import { z } from 'zod';
import { schema } from '../../../db/client.ts';
import { authorizeProject, authorizeTeam } from '../../auth/authorize.ts';
import type { Context } from '../../context.ts';
import { actionFamilies } from '../../core/guard/action-family.ts';
import { runModes } from '../../core/session-event.ts';
import { AppError } from '../../core/errors.ts';
import type { PolicyWord } from '../../core/model-call.ts';
import {
  actKinds,
  policyActions,
  type PolicyAct,
  type PolicyCaller,
  type PolicyQuestion,
} from '../../core/policy-question.ts';
import { findRoute } from '../model-routes.ts';
import { askBoth, setsInForce, type BothSets } from './ask-both.ts';
import { authorizeManaging } from './authorize-policies.ts';
import { draftSet, setsWithDraft } from './drafted-sets.ts';
import { freshen, policyProjectOf } from './policy-memory.ts';
import { factsOf } from './policy-request.ts';
import { policyText } from './write-version.ts';

const className = z.string().min(1).max(100);

export const tryPoliciesInput = z.object({
  teamId: z.string(),
  /** Who would ask: a member of the team. */
  personId: z.string(),
  projectId: z.string().optional(),
  action: z.enum(policyActions),
  /** For what is asked about a model. */
  alias: z.string().max(200).optional(),
  path: z.string().max(1_000).optional(),
  dataClass: className.optional(),
  dataClasses: z.array(className).max(50).optional(),
  agent: z.string().max(100).optional(),
  client: z.string().max(200).optional(),
  spentCents: z.number().int().min(0).max(1e9).optional(),
  hour: z.number().int().min(0).max(23).optional(),
  isUnattended: z.boolean().optional(),
  /** For what is asked about what an agent does. */
  act: z
    .object({
      kind: z.enum(actKinds),
      mode: z.enum(runModes).default('auto'),
      verdict: z.enum(['allow', 'ask', 'deny']).optional(),
      families: z.array(z.enum(actionFamilies)).max(actionFamilies.length).default([]),
      rules: z.array(z.string().min(1).max(100)).max(50).default([]),
      server: z.string().max(100).optional(),
      tool: z.string().max(200).optional(),
    })
    .optional(),
  /** A text to decide by in place of the one in force. */
  draft: z.object({ isInstallation: z.boolean(), text: policyText }).optional(),
});
type TryInput = z.infer<typeof tryPoliciesInput>;

/** The word about one target of a model; about anything else there is one without a provider. */
export type TriedPolicies = PolicyWord & { provider?: string; place?: 'local' | 'remote' };

/**
 * What policies would say to a question, without anything being done. Members ask for themselves; who writes the policies
 * asks for everyone, and by drafts as well.
 * @throws AppError `not_found` for a model that is not there, `invalid` when the question lacks something
 */
export async function tryPolicies(ctx: Context, given: z.input<typeof tryPoliciesInput>): Promise<TriedPolicies[]> {
  const input = tryPoliciesInput.parse(given);
  const { teamId, projectId, personId, draft } = input;
  const { actor } = await authorizeTeam(ctx, teamId, 'policy.read');
  if (projectId !== undefined) await authorizeProject(ctx, projectId, 'project.read');
  if (draft) await authorizeManaging(ctx, draft.isInstallation ? null : teamId);
  else if (personId !== actor.personId) await authorizeManaging(ctx, teamId);
  const caller = await callerOf(ctx, input);
  await freshen();
  const sets = await setsOf(input);
  const project = projectId === undefined ? undefined : await policyProjectOf(teamId, projectId);
  return (await questionsOf(input, caller)).map(({ question, ...of }) => {
    const facts = { ...factsOf(question, ctx.now()), ...(input.hour !== undefined && { hour: input.hour }) };
    return { ...of, ...askBoth(sets, { question, facts, project }) };
  });
}

async function setsOf({ teamId, draft }: TryInput): Promise<BothSets> {
  if (!draft) return setsInForce(teamId);
  const scope = draft.isInstallation ? null : teamId;
  return setsWithDraft(teamId, scope, draftSet({ scope, text: draft.text }));
}

async function callerOf(
  ctx: Context,
  { teamId, personId, projectId, agent = '', act }: TryInput,
): Promise<PolicyCaller> {
  const { person, teamMember } = schema;
  const [row] = await ctx.db
    .select({ name: person.name, email: person.email, role: teamMember.role })
    .from(teamMember)
    .innerJoin(person, eq(person.id, teamMember.personId))
    .where(and(eq(teamMember.teamId, teamId), eq(teamMember.personId, personId)));
  if (!row) throw new AppError('not_found', 'There is no such member of this team.');
  const { role, name, email } = row;
  return {
    person: { id: personId, name, email },
    teamId,
    role,
    ...(projectId !== undefined && { projectId }),
    // What is done is done by a run, whichever agent's.
    ...((agent !== '' || act) && { run: { id: 'run_tried', agent } }),
  };
}

type Asked = { question: PolicyQuestion; provider?: string; place?: 'local' | 'remote' };

async function questionsOf(input: TryInput, caller: PolicyCaller): Promise<Asked[]> {
  const { action, path, dataClass, dataClasses, client, spentCents, isUnattended } = input;
  const of = {
    caller,
    circumstances: {
      ...(client !== undefined && { client }),
      ...(dataClasses && { dataClasses }),
      ...(spentCents !== undefined && { spentMicroUsd: spentCents * 10_000 }),
      ...(isUnattended !== undefined && { isUnattended }),
    },
  };
  if (action === 'runUnattended') return [{ question: { ...of, action } }];
  if (action === 'act' || action === 'actUnasked')
    return [{ question: { ...of, action, act: needed(actOf(input), 'a kind of act') } }];
  if (action === 'usePath' || action === 'applyWithoutReview')
    return [{ question: { ...of, action, path: needed(path, 'a path') } }];
  const route = await findRoute(input.teamId, needed(input.alias, 'a model'));
  if (!route) throw new AppError('not_found', `There is no model ${input.alias ?? ''} that can be called now.`);
  return route.targets.map((target) => {
    const model = { alias: route.alias, target };
    const at = { provider: target.providerName, place: target.place };
    if (action === 'useModel') return { question: { ...of, action, model }, ...at };
    return { question: { ...of, action, model, dataClass: needed(dataClass, 'a class of data') }, ...at };
  });
}

function actOf({ act }: TryInput): PolicyAct | undefined {
  if (!act) return undefined;
  const { verdict, server, tool, ...rest } = act;
  return { ...rest, ...(verdict && { verdict }), ...(server && { server }), ...(tool && { tool }) };
}

function needed<Value>(value: Value | undefined, what: string): Value {
  if (value !== undefined && value !== '') return value;
  throw new AppError('invalid', `The question needs ${what}.`);
}
