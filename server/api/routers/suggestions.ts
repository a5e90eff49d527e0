import { z } from 'zod';
import { decideAll, decideAllInput } from '../../review/decide-all.ts';
import { decideHunk, decideHunkInput } from '../../review/decide-hunk.ts';
import { getSuggestion, getSuggestionFile, listSuggestions, suggestionFileInput } from '../../review/queries.ts';
import { revertSuggestion, revertSuggestionInput } from '../../review/revert-suggestion.ts';
import { participantProcedure, procedure, router } from '../trpc.ts';

export const suggestionsRouter = router({
  list: participantProcedure
    .input(z.object({ sessionId: z.string() }))
    .query(({ ctx, input }) => listSuggestions(ctx, input.sessionId)),
  get: participantProcedure
    .input(z.object({ suggestionId: z.string() }))
    .query(({ ctx, input }) => getSuggestion(ctx, input.suggestionId)),
  /** The whole texts of one file, to find hunks in what people typed since. */
  file: participantProcedure.input(suggestionFileInput).query(({ ctx, input }) => getSuggestionFile(ctx, input)),
  decide: procedure.input(decideHunkInput).mutation(({ ctx, input }) => decideHunk(ctx, input)),
  decideAll: procedure.input(decideAllInput).mutation(({ ctx, input }) => decideAll(ctx, input)),
  revert: procedure.input(revertSuggestionInput).mutation(({ ctx, input }) => revertSuggestion(ctx, input)),
});
