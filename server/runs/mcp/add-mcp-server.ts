import type { z } from 'zod';
import { schema } from '../../../db/client.ts';
import { appendAudit } from '../../audit/append.ts';
import { authorizeInstallation } from '../../auth/authorize.ts';
import { withTransaction, type Context } from '../../context.ts';
import { newId } from '../../platform/ids.ts';
import {
  addMcpServerInput,
  auditedServer,
  requireFreeServerName,
  requireNames,
  sealMcpVariables,
  sourceOf,
} from './mcp-server-input.ts';
import { queueMcpChange } from './queue-mcp-change.ts';

/**
 * Names an MCP server that agents may be given, and has a worker try it. Installation admins only.
 * @throws AppError `conflict` when the name is taken, `invalid` for a folder that must not be seen
 */
export async function addMcpServer(
  ctx: Context,
  given: z.input<typeof addMcpServerInput>,
): Promise<{ mcpServerId: string }> {
  const actor = await authorizeInstallation(ctx);
  const { env, identity, ...input } = addMcpServerInput.parse(given);
  requireNames(identity, env);
  const row = {
    id: newId('mcp'),
    ...input,
    source: await sourceOf(identity),
    envSealed: sealMcpVariables(env),
    envNames: Object.keys(env),
    createdBy: actor.personId,
  };
  await withTransaction(ctx, async (tx) => {
    await requireFreeServerName(tx, row.name);
    await tx.db.insert(schema.mcpServer).values(row);
    await appendAudit(tx, {
      teamId: null,
      action: 'mcp_server.add',
      resource: { type: 'mcp_server', id: row.id },
      detail: { after: auditedServer(row) },
    });
    await queueMcpChange(tx, row, 'install');
  });
  return { mcpServerId: row.id };
}
