import { z } from 'zod';
import { authorizeProject, authorizeTeam } from '../auth/authorize.ts';
import type { Context } from '../context.ts';
import { AppError } from '../core/errors.ts';
import type { PolicyWord } from '../core/model-call.ts';
import { mayInTeam, type TeamRole } from '../core/permissions.ts';
import type { PolicyCaller } from '../core/policy-question.ts';
import { env } from '../platform/env.ts';
import { decide } from './decide.ts';
import { findRoute, listModels, type ListedModel } from './model-routes.ts';

export const gatewayAccessInput = z.object({ teamId: z.string(), projectId: z.string().optional() });

/** A model, and what policy says of the actor's use of it, before anything is known of what they would send. */
export type OfferedModel = ListedModel & { word: PolicyWord };

export type GatewayAccess = {
  /** The address of this installation, without a slash at its end. */
  url: string;
  role: TeamRole;
  mayCall: boolean;
  models: OfferedModel[];
};

/** Where the actor's own tools reach models in a team, or in one of its projects, and which. */
export async function getGatewayAccess(
  ctx: Context,
  given: z.infer<typeof gatewayAccessInput>,
): Promise<GatewayAccess> {
  const { teamId, projectId } = gatewayAccessInput.parse(given);
  const { role, actor } = await authorizeTeam(ctx, teamId, 'team.read');
  if (projectId !== undefined) await requireProjectOf(ctx, teamId, projectId);
  const caller: PolicyCaller = {
    person: { id: actor.personId, name: actor.name, email: actor.email },
    teamId,
    role,
    ...(projectId !== undefined && { projectId }),
  };
  const models = await Promise.all(
    (await listModels(teamId)).map(async (model) => ({ ...model, word: await wordOn(caller, model) })),
  );
  return { url: env().publicUrl, role, mayCall: mayInTeam(role, 'model.call'), models };
}

async function requireProjectOf(ctx: Context, teamId: string, projectId: string): Promise<void> {
  const { project } = await authorizeProject(ctx, projectId, 'project.read');
  if (project.teamId !== teamId)
    throw new AppError('not_found', 'There is no such project, or you have no access to it.');
}

const gone: PolicyWord = { effect: 'deny', rules: [] };

/** Allowed when one of the model's targets is. */
async function wordOn(caller: PolicyCaller, { alias }: ListedModel): Promise<PolicyWord> {
  const route = await findRoute(caller.teamId, alias);
  let denial: PolicyWord | undefined;
  for (const target of route?.targets ?? []) {
    const word = await decide({ caller, action: 'useModel', model: { alias, target } });
    if (word.effect === 'allow') return word;
    denial ??= word;
  }
  return denial ?? gone;
}
