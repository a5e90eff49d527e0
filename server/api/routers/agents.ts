import { addCustomAgent } from '../../runs/agents/add-custom-agent.ts';
import { changeCustomAgent, removeCustomAgent, removeCustomAgentInput } from '../../runs/agents/change-custom-agent.ts';
import { addCustomAgentInput, changeCustomAgentInput } from '../../runs/agents/custom-agent-input.ts';
import { listAgentChanges, listCustomAgents } from '../../runs/agents/queries.ts';
import { agentChangeInput, requestAgentChange } from '../../runs/agents/request-agent-change.ts';
import { procedure, router } from '../trpc.ts';

/** Agents of others on this installation; `runs.agents` lists all that there are. */
export const agentsRouter = router({
  changes: procedure.query(({ ctx }) => listAgentChanges(ctx)),
  install: procedure.input(agentChangeInput).mutation(({ ctx, input }) => requestAgentChange(ctx, input, 'install')),
  uninstall: procedure
    .input(agentChangeInput)
    .mutation(({ ctx, input }) => requestAgentChange(ctx, input, 'uninstall')),
  custom: procedure.query(({ ctx }) => listCustomAgents(ctx)),
  addCustom: procedure.input(addCustomAgentInput).mutation(({ ctx, input }) => addCustomAgent(ctx, input)),
  changeCustom: procedure.input(changeCustomAgentInput).mutation(({ ctx, input }) => changeCustomAgent(ctx, input)),
  removeCustom: procedure.input(removeCustomAgentInput).mutation(({ ctx, input }) => removeCustomAgent(ctx, input)),
});
