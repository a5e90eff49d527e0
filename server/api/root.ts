import { router } from './trpc.ts';
import { identityRouter } from './routers/identity.ts';
import { membersRouter } from './routers/members.ts';
import { systemRouter } from './routers/system.ts';
import { tokensRouter } from './routers/tokens.ts';

export const appRouter = router({
  identity: identityRouter,
  members: membersRouter,
  system: systemRouter,
  tokens: tokensRouter,
});

export type AppRouter = typeof appRouter;
