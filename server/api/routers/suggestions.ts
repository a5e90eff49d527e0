import { z } from 'zod';
import { decideAll, decideAllInput } from '../../review/decide-all.ts';
import { decideHunk, decideHunkInput } from '../../review/decide-hunk.ts';
import { getSuggestion, listSuggestions } from '../../review/queries.ts';
import { procedure, router } from '../trpc.ts';

export const suggestionsRouter = router({
  list: procedure
    .input(z.object({ sessionId: z.string() }))
    .query(({ ctx, input }) => listSuggestions(ctx, input.sessionId)),
  get: procedure
    .input(z.object({ suggestionId: z.string() }))
    .query(({ ctx, input }) => getSuggestion(ctx, input.suggestionId)),
  decide: procedure.input(decideHunkInput).mutation(({ ctx, input }) => decideHunk(ctx, input)),
  decideAll: procedure.input(decideAllInput).mutation(({ ctx, input }) => decideAll(ctx, input)),
});
