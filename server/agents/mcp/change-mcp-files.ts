import type { Context } from '../../context.ts';
import { AppError } from '../../core/errors.ts';
import type { AgentChange } from '../../runs/agents/agent-change.ts';
import { mcpServerRows, recordMcpTools } from '../../runs/mcp/queries.ts';
import type { InstallOptions } from '../install-package.ts';
import { installMcpFiles, removeOtherMcpFiles } from './mcp-files.ts';
import { tryMcpServer } from './try-mcp-server.ts';

/**
 * Does what is asked for an MCP server: installs its package and tries it, or removes what was installed for it.
 * @throws AppError in words for people
 */
export async function changeMcpFiles(
  ctx: Context,
  { name, wish }: Pick<AgentChange, 'wish'> & { name: string },
  options: InstallOptions & { signal: AbortSignal },
): Promise<void> {
  const rows = await mcpServerRows(ctx);
  await removeOtherMcpFiles(rows.map(({ source }) => source));
  if (wish === 'uninstall') return;
  const server = rows.find((row) => row.name === name);
  if (!server) throw new AppError('not_found', `There is no MCP server called ${name} any more.`);
  try {
    await installMcpFiles(server.source, options);
    await recordMcpTools(ctx, server, await tryMcpServer(server, options.signal));
  } catch (error) {
    if (!options.signal.aborted) await recordMcpTools(ctx, server, null);
    throw error;
  }
}
