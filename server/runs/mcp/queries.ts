import { and, asc, eq, like, sql } from 'drizzle-orm';
import { schema } from '../../../db/client.ts';
import { appendAudit } from '../../audit/append.ts';
import { requireOperator, requireSystem } from '../../auth/require-operator.ts';
import { withTransaction, type Context } from '../../context.ts';
import type { McpTool } from '../../core/mcp-server.ts';
import type { AgentChange } from '../agents/agent-change.ts';
import type { RunRow } from '../run-claim.ts';
import type { McpServerRow } from './mcp-server-input.ts';
import { mcpChangeName, serverOfChange } from './queue-mcp-change.ts';

/** An MCP server as admins see it: without the values of its variables, and with what a worker does or did about it. */
export type McpServerView = Omit<McpServerRow, 'envSealed' | 'createdBy' | 'createdAt'> & {
  change: Pick<AgentChange, 'state' | 'progress' | 'error'> | undefined;
};

/** All MCP servers that admins named. Installation admins only. */
export async function listMcpServers(ctx: Context): Promise<McpServerView[]> {
  await requireOperator(ctx);
  const { agentInstall } = schema;
  const changes = await ctx.db
    .select()
    .from(agentInstall)
    .where(like(agentInstall.agent, `${mcpChangeName('')}%`));
  const byServer = new Map(changes.map((change) => [serverOfChange(change.agent), change]));
  return (await mcpServerRows(ctx)).map(({ envSealed: _values, createdBy: _by, createdAt: _at, ...row }) => {
    const change = byServer.get(row.name);
    return { ...row, change: change && { state: change.state, progress: change.progress, error: change.error } };
  });
}

/** The same with everything, for the workers that start them. */
export async function mcpServerRows(ctx: Context): Promise<McpServerRow[]> {
  await requireOperator(ctx);
  return ctx.db.select().from(schema.mcpServer).orderBy(asc(schema.mcpServer.name));
}

/** Every server on the list, and whether the run's team and project may use it; for the worker of the run. */
export async function mcpServersFor(
  ctx: Context,
  { teamId, sessionId }: Pick<RunRow, 'teamId' | 'sessionId'>,
): Promise<{ server: McpServerRow; isOffered: boolean }[]> {
  const { mcpServer, session } = schema;
  const [row] = await ctx.db
    .select({ projectId: session.projectId })
    .from(session)
    .where(and(eq(session.id, sessionId), eq(session.teamId, teamId)));
  if (!row) return [];
  const servers = await ctx.db.select().from(mcpServer).orderBy(asc(mcpServer.name));
  const fits = (given: readonly string[], id: string) => given.length === 0 || given.includes(id);
  return servers.map((server) => ({
    server,
    isOffered: fits(server.teamIds, teamId) && fits(server.projectIds, row.projectId),
  }));
}

/** Keeps what a server told of its tools, unless it was changed meanwhile. Workers only. */
export async function recordMcpTools(ctx: Context, server: McpServerRow, tools: McpTool[] | null): Promise<void> {
  requireSystem(ctx);
  const { mcpServer } = schema;
  await withTransaction(ctx, async (tx) => {
    const kept = await tx.db
      .update(mcpServer)
      .set({ tools, triedAt: sql`now()` })
      .where(and(eq(mcpServer.id, server.id), eq(mcpServer.version, server.version)))
      .returning({ id: mcpServer.id });
    if (kept.length === 0) return;
    await appendAudit(tx, {
      teamId: null,
      action: 'mcp_server.record_tools',
      resource: { type: 'mcp_server', id: server.id },
      detail: { tools: tools?.length ?? null },
    });
  });
}
