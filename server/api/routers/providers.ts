import { z } from 'zod';
import { addModels, addModelsInput } from '../../governance/add-models.ts';
import { addProvider } from '../../governance/add-provider.ts';
import { changeModel, changeModelInput, removeModel, removeModelInput } from '../../governance/change-model.ts';
import { changeProvider } from '../../governance/change-provider.ts';
import { addProviderInput, changeProviderInput } from '../../governance/provider-input.ts';
import { listModelFiles } from '../../governance/list-model-files.ts';
import { listModelsWithTargets, listProviders, listTeamModels } from '../../governance/provider-queries.ts';
import { removeProvider, removeProviderInput } from '../../governance/remove-provider.ts';
import { testProvider, testProviderInput } from '../../governance/test-provider.ts';
import { procedure, router } from '../trpc.ts';

export const providersRouter = router({
  list: procedure.query(({ ctx }) => listProviders(ctx)),
  add: procedure.input(addProviderInput).mutation(({ ctx, input }) => addProvider(ctx, input)),
  change: procedure.input(changeProviderInput).mutation(({ ctx, input }) => changeProvider(ctx, input)),
  remove: procedure.input(removeProviderInput).mutation(({ ctx, input }) => removeProvider(ctx, input)),
  test: procedure.input(testProviderInput).mutation(({ ctx, input }) => testProvider(ctx, input)),
  modelFiles: procedure.query(({ ctx }) => listModelFiles(ctx)),
  models: procedure.query(({ ctx }) => listModelsWithTargets(ctx)),
  addModels: procedure.input(addModelsInput).mutation(({ ctx, input }) => addModels(ctx, input)),
  changeModel: procedure.input(changeModelInput).mutation(({ ctx, input }) => changeModel(ctx, input)),
  removeModel: procedure.input(removeModelInput).mutation(({ ctx, input }) => removeModel(ctx, input)),
  /** What the members of a team may choose from, before policy. */
  teamModels: procedure.input(z.object({ teamId: z.string() })).query(({ ctx, input }) => listTeamModels(ctx, input)),
});
