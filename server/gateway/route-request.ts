import { AppError } from '../core/errors.ts';
import type { ClientProtocol, LlmProtocol } from '../core/llm-message.ts';
import type { ModelTarget } from '../core/model-call.ts';
import type { PolicyCircumstances } from '../core/policy-question.ts';
import { decide } from '../governance/decide.ts';
import { findRoute, listModels, type ModelRoute } from '../governance/model-routes.ts';
import type { Request } from './asked.ts';
import { deniedByPolicy } from './denied.ts';
import type { Draft } from './draft.ts';

/**
 * The targets that the asked-for model leads to.
 * @throws AppError `not_found` that names what there is
 */
export async function findTargets({ caller, facts }: Request): Promise<ModelRoute> {
  const route = await findRoute(caller.teamId, facts.model);
  if (!route) throw await unknownModel(caller.teamId, facts.model);
  return route;
}

async function unknownModel(teamId: string, model: string): Promise<AppError> {
  const known = (await listModels(teamId)).map(({ alias }) => alias);
  const listed = known.length === 0 ? 'No models are set up yet' : `Models here are: ${known.slice(0, 20).join(', ')}`;
  return new AppError(
    'not_found',
    `There is no model "${model.slice(0, 100)}" here. ${listed}. An installation admin adds models under Settings › Providers and models.`,
  );
}

/**
 * Asks policy about each target of the route: a fallback that may not be used is left out, so that no failure leads past a rule.
 * @param dataClasses what was found in the texts, once that is known
 * @throws Denied when none is left
 */
export async function allowTargets(
  { caller }: Request,
  draft: Draft,
  dataClasses: readonly string[] = [],
): Promise<void> {
  const { alias, targets } = draft;
  const circumstances = { ...circumstancesOf(draft), dataClasses };
  const words = await Promise.all(
    targets.map((target) => decide({ action: 'useModel', caller, model: { alias, target }, circumstances })),
  );
  draft.targets = targets.filter((_target, at) => words[at]?.effect === 'allow');
  draft.policy = words.find(({ effect }) => effect === 'allow') ?? words[0] ?? draft.policy;
  if (draft.policy.effect === 'deny') throw deniedByPolicy(draft.policy, alias);
}

/** What policies may look at beside who asks for what. */
export function circumstancesOf({ caller, client }: Pick<Draft, 'caller' | 'client'>): PolicyCircumstances {
  return { task: caller.purpose ?? (caller.run ? 'run' : 'chat'), client };
}

/** What is spoken with a target: the caller's own protocol where it knows it, so that nothing need be translated. */
export function protocolFor(target: ModelTarget, callers: ClientProtocol): LlmProtocol {
  return target.protocols.find((protocol) => protocol === callers) ?? target.protocol;
}
