import { checkSandbox } from '../../workspace/sandbox.ts';
import { procedure, router } from '../trpc.ts';

export const systemRouter = router({
  /** Whether agents and commands can run on this host, and if not why and what to do. */
  sandbox: procedure.query(() => checkSandbox()),
});
