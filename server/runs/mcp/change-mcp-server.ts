import { and, eq, sql } from 'drizzle-orm';
import type { z } from 'zod';
import { schema } from '../../../db/client.ts';
import { appendAudit } from '../../audit/append.ts';
import { authorizeInstallation } from '../../auth/authorize.ts';
import { withTransaction, type Context } from '../../context.ts';
import { AppError } from '../../core/errors.ts';
import {
  auditedServer,
  changeMcpServerInput,
  getMcpServer,
  mcpServerIdInput,
  requireNames,
  requireSameKeeper,
  sealMcpVariables,
  sourceOf,
} from './mcp-server-input.ts';
import { queueMcpChange } from './queue-mcp-change.ts';

/**
 * Changes an MCP server that an admin named, and has a worker try it again; its name stays. Runs at work keep what they have.
 * Installation admins only.
 * @throws AppError `not_found`, `conflict` when it changed since `version`, `invalid` for a folder that must not be seen
 */
export async function changeMcpServer(ctx: Context, given: z.input<typeof changeMcpServerInput>): Promise<void> {
  await authorizeInstallation(ctx);
  const { mcpServerId, version, env, identity, ...input } = changeMcpServerInput.parse(given);
  const variables = env === undefined ? {} : { envSealed: sealMcpVariables(env), envNames: Object.keys(env) };
  requireNames(identity, env);
  const source = await sourceOf(identity);
  const { mcpServer } = schema;
  await withTransaction(ctx, async (tx) => {
    const before = await getMcpServer(tx, mcpServerId);
    if (env === undefined) requireSameKeeper(before, source);
    const tried = { tools: null, triedAt: null };
    const changed = { ...input, ...variables, ...tried, source, version: version + 1 };
    const [after] = await tx.db
      .update(mcpServer)
      .set({ ...changed, updatedAt: sql`now()` })
      .where(and(eq(mcpServer.id, mcpServerId), eq(mcpServer.version, version)))
      .returning();
    if (!after)
      throw new AppError('conflict', 'Someone changed this MCP server since you looked at it. Load the page again.');
    await appendAudit(tx, {
      teamId: null,
      action: 'mcp_server.change',
      resource: { type: 'mcp_server', id: mcpServerId },
      detail: { before: auditedServer(before), after: auditedServer(after), hasNewVariables: env !== undefined },
    });
    await queueMcpChange(tx, after, 'install');
  });
}

/** Has a worker install the server where that is needed, start it in a sandbox and ask for its tools. Installation admins only. */
export async function tryMcpServer(ctx: Context, given: z.input<typeof mcpServerIdInput>): Promise<void> {
  await authorizeInstallation(ctx);
  const { mcpServerId } = mcpServerIdInput.parse(given);
  await withTransaction(ctx, async (tx) => {
    const server = await getMcpServer(tx, mcpServerId);
    await queueMcpChange(tx, server, 'install');
    await appendAudit(tx, {
      teamId: null,
      action: 'mcp_server.try',
      resource: { type: 'mcp_server', id: mcpServerId },
      detail: { name: server.name },
    });
  });
}

/** Removes an MCP server from the list: no run is given it any more. Installation admins only. @throws AppError `not_found` */
export async function removeMcpServer(ctx: Context, given: z.input<typeof mcpServerIdInput>): Promise<void> {
  await authorizeInstallation(ctx);
  const { mcpServerId } = mcpServerIdInput.parse(given);
  await withTransaction(ctx, async (tx) => {
    const before = await getMcpServer(tx, mcpServerId);
    await tx.db.delete(schema.mcpServer).where(eq(schema.mcpServer.id, mcpServerId));
    await appendAudit(tx, {
      teamId: null,
      action: 'mcp_server.remove',
      resource: { type: 'mcp_server', id: mcpServerId },
      detail: { before: auditedServer(before) },
    });
    await queueMcpChange(tx, before, 'uninstall');
  });
}
