import { createModelToken, createModelTokenInput } from '../../auth/create-model-token.ts';
import { createToken, createTokenInput } from '../../auth/create-token.ts';
import { listTokens } from '../../auth/queries.ts';
import { revokeToken, revokeTokenInput } from '../../auth/revoke-token.ts';
import { procedure, router } from '../trpc.ts';

/** The signed-in person's own tokens. */
export const tokensRouter = router({
  list: procedure.query(({ ctx }) => listTokens(ctx)),
  create: procedure.input(createTokenInput).mutation(({ ctx, input }) => createToken(ctx, input)),
  createForModels: procedure.input(createModelTokenInput).mutation(({ ctx, input }) => createModelToken(ctx, input)),
  revoke: procedure.input(revokeTokenInput).mutation(({ ctx, input }) => revokeToken(ctx, input)),
});
