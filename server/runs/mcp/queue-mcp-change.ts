import { sql } from 'drizzle-orm';
import { schema } from '../../../db/client.ts';
import type { Context } from '../../context.ts';
import { actorRef } from '../../core/actor.ts';
import { sourceWords, type McpSource } from '../../core/mcp-server.ts';
import { enqueue } from '../../jobs/queue.ts';

const prefix = 'mcp/';

/** Under which name an MCP server stands beside agents of others, which are installed the same way. */
export const mcpChangeName = (server: string) => `${prefix}${server}`;

/** The server that a change is about; undefined for an agent's. */
export const serverOfChange = (name: string): string | undefined =>
  name.startsWith(prefix) ? name.slice(prefix.length) : undefined;

/**
 * Has a worker install a server and try it, or tidy up after it. Within the caller's transaction, who has asked who may. What is
 * asked while a worker is at work is done after that.
 */
export async function queueMcpChange(
  tx: Context,
  server: { name: string; source: McpSource },
  wish: 'install' | 'uninstall',
): Promise<void> {
  const { agentInstall } = schema;
  const agent = mcpChangeName(server.name);
  const asked = {
    version: sourceWords(server.source),
    wish,
    state: 'waiting' as const,
    progress: null,
    error: null,
    requestedBy: tx.actor ? actorRef(tx.actor).name : '',
    heartbeatAt: null,
    finishedAt: null,
  };
  await tx.db
    .insert(agentInstall)
    .values({ agent, ...asked })
    .onConflictDoUpdate({ target: agentInstall.agent, set: { ...asked, requestedAt: sql`now()` } });
  await enqueue(tx, 'agent', { payload: { agent } });
}
