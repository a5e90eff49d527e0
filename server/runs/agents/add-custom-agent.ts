import type { z } from 'zod';
import { schema } from '../../../db/client.ts';
import { appendAudit } from '../../audit/append.ts';
import { authorizeInstallation } from '../../auth/authorize.ts';
import { withTransaction, type Context } from '../../context.ts';
import { newId } from '../../platform/ids.ts';
import { notify } from '../../platform/notify.ts';
import {
  addCustomAgentInput,
  allowedFolder,
  auditedAgent,
  requireFreeAgentName,
  sealVariables,
} from './custom-agent-input.ts';

/**
 * Names an ACP command that becomes an agent of the whole installation, boxed like the others. Installation admins only.
 * @throws AppError `conflict` when the name is taken, `invalid` for a folder that must not be seen
 */
export async function addCustomAgent(
  ctx: Context,
  given: z.input<typeof addCustomAgentInput>,
): Promise<{ customAgentId: string }> {
  const actor = await authorizeInstallation(ctx);
  const { env, folder, argv, ...input } = addCustomAgentInput.parse(given);
  const row = {
    id: newId('cag'),
    ...input,
    command: argv,
    folder: allowedFolder(folder),
    envSealed: sealVariables(env),
    envNames: Object.keys(env),
    createdBy: actor.personId,
  };
  await withTransaction(ctx, async (tx) => {
    await requireFreeAgentName(tx, row.name);
    await tx.db.insert(schema.customAgent).values(row);
    await appendAudit(tx, {
      teamId: null,
      action: 'custom_agent.add',
      resource: { type: 'custom_agent', id: row.id },
      detail: { after: auditedAgent(row) },
    });
    await notify(tx.db, 'agent_install', row.name);
  });
  return { customAgentId: row.id };
}
