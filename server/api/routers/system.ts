import { allowGitHosts, allowGitHostsInput, listAllowedGitHosts } from '../../workspace/allow-git-hosts.ts';
import { checkSandbox } from '../../workspace/sandbox.ts';
import { procedure, router } from '../trpc.ts';

export const systemRouter = router({
  /** Whether agents and commands can run on this host, and if not why and what to do. */
  sandbox: procedure.query(() => checkSandbox()),
  gitHosts: procedure.query(({ ctx }) => listAllowedGitHosts(ctx)),
  allowGitHosts: procedure.input(allowGitHostsInput).mutation(({ ctx, input }) => allowGitHosts(ctx, input)),
});
