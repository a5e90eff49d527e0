import { addMcpServer } from '../../runs/mcp/add-mcp-server.ts';
import { changeMcpServer, removeMcpServer, tryMcpServer } from '../../runs/mcp/change-mcp-server.ts';
import { addMcpServerInput, changeMcpServerInput, mcpServerIdInput } from '../../runs/mcp/mcp-server-input.ts';
import { listMcpServers } from '../../runs/mcp/queries.ts';
import { procedure, router } from '../trpc.ts';

/** The MCP servers that agents of this installation may be given. */
export const mcpServersRouter = router({
  list: procedure.query(({ ctx }) => listMcpServers(ctx)),
  add: procedure.input(addMcpServerInput).mutation(({ ctx, input }) => addMcpServer(ctx, input)),
  change: procedure.input(changeMcpServerInput).mutation(({ ctx, input }) => changeMcpServer(ctx, input)),
  try: procedure.input(mcpServerIdInput).mutation(({ ctx, input }) => tryMcpServer(ctx, input)),
  remove: procedure.input(mcpServerIdInput).mutation(({ ctx, input }) => removeMcpServer(ctx, input)),
});
