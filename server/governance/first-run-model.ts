import { AppError } from '../core/errors.ts';
import { decide } from './decide.ts';
import { findRoute, listModels, type ListedModel } from './model-routes.ts';
import { callerOfRun, type RunOfTeam } from './run-files.ts';

const outputPrice = ({ price }: ListedModel) => price?.output ?? Number.MAX_SAFE_INTEGER;

/** Models come by alias. */
const cheapestFirst = (models: readonly ListedModel[]) => models.toSorted((a, b) => outputPrice(a) - outputPrice(b));

/**
 * The model of a run for which nobody chose one: the cheapest that can call tools and that policy lets the run use, by what its output costs;
 * what has no price comes last, and equals by alias.
 * @throws AppError `unavailable` when there is none, `forbidden` when whoever asked left the team
 */
export async function firstRunModel(run: RunOfTeam): Promise<string> {
  const caller = await callerOfRun(run);
  const models = await listModels(run.teamId);
  for (const { alias } of cheapestFirst(models.filter(({ capabilities }) => capabilities.tools))) {
    const targets = (await findRoute(run.teamId, alias))?.targets ?? [];
    const words = await Promise.all(
      targets.map((target) =>
        decide({ action: 'useModel', caller, model: { alias, target }, circumstances: { task: 'run' } }),
      ),
    );
    if (words.some(({ effect }) => effect === 'allow')) return alias;
  }
  throw new AppError(
    'unavailable',
    models.length === 0
      ? 'This installation offers no model yet, and the agent needs one. An installation admin adds one in Settings › Models.'
      : 'None of the models of this installation can be used for this run: they cannot call tools, or policies deny them. Choose a model, or ask an admin.',
  );
}
