import { listAgentChanges } from '../../runs/agents/queries.ts';
import { agentChangeInput, requestAgentChange } from '../../runs/agents/request-agent-change.ts';
import { procedure, router } from '../trpc.ts';

/** Agents of others on this installation; `runs.agents` lists all that there are. */
export const agentsRouter = router({
  changes: procedure.query(({ ctx }) => listAgentChanges(ctx)),
  install: procedure.input(agentChangeInput).mutation(({ ctx, input }) => requestAgentChange(ctx, input, 'install')),
  uninstall: procedure
    .input(agentChangeInput)
    .mutation(({ ctx, input }) => requestAgentChange(ctx, input, 'uninstall')),
});
