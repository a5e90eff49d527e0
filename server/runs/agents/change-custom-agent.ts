import { and, eq, sql } from 'drizzle-orm';
import { z } from 'zod';
import { schema } from '../../../db/client.ts';
import { appendAudit } from '../../audit/append.ts';
import { authorizeInstallation } from '../../auth/authorize.ts';
import { withTransaction, type Context } from '../../context.ts';
import { AppError } from '../../core/errors.ts';
import { notify } from '../../platform/notify.ts';
import {
  allowedFolder,
  auditedAgent,
  changeCustomAgentInput,
  sealVariables,
  type CustomAgentRow,
} from './custom-agent-input.ts';

/**
 * Changes an agent that an admin named; its name stays, since prompts carry it. Installation admins only.
 * @throws AppError `not_found`, `conflict` when it changed since `version`, `invalid` for a folder that must not be seen
 */
export async function changeCustomAgent(ctx: Context, given: z.input<typeof changeCustomAgentInput>): Promise<void> {
  await authorizeInstallation(ctx);
  const { customAgentId, version, env, folder, argv, ...input } = changeCustomAgentInput.parse(given);
  const variables = env === undefined ? {} : { envSealed: sealVariables(env), envNames: Object.keys(env) };
  const { customAgent } = schema;
  await withTransaction(ctx, async (tx) => {
    const before = await getCustomAgent(tx, customAgentId);
    const [after] = await tx.db
      .update(customAgent)
      .set({
        ...input,
        command: argv,
        folder: allowedFolder(folder),
        ...variables,
        version: version + 1,
        updatedAt: sql`now()`,
      })
      .where(and(eq(customAgent.id, customAgentId), eq(customAgent.version, version)))
      .returning();
    if (!after)
      throw new AppError('conflict', 'Someone changed this agent since you looked at it. Load the page again.');
    await appendAudit(tx, {
      teamId: null,
      action: 'custom_agent.change',
      resource: { type: 'custom_agent', id: customAgentId },
      detail: { before: auditedAgent(before), after: auditedAgent(after), hasNewVariables: env !== undefined },
    });
    await notify(tx.db, 'agent_install', after.name);
  });
}

export const removeCustomAgentInput = z.object({ customAgentId: z.string() });

/** Removes an agent that an admin named; its runs stay. Installation admins only. @throws AppError `not_found` */
export async function removeCustomAgent(ctx: Context, given: z.input<typeof removeCustomAgentInput>): Promise<void> {
  await authorizeInstallation(ctx);
  const { customAgentId } = removeCustomAgentInput.parse(given);
  await withTransaction(ctx, async (tx) => {
    const before = await getCustomAgent(tx, customAgentId);
    await tx.db.delete(schema.customAgent).where(eq(schema.customAgent.id, customAgentId));
    await appendAudit(tx, {
      teamId: null,
      action: 'custom_agent.remove',
      resource: { type: 'custom_agent', id: customAgentId },
      detail: { before: auditedAgent(before) },
    });
    await notify(tx.db, 'agent_install', before.name);
  });
}

async function getCustomAgent(ctx: Context, id: string): Promise<CustomAgentRow> {
  const [row] = await ctx.db.select().from(schema.customAgent).where(eq(schema.customAgent.id, id));
  if (!row) throw new AppError('not_found', 'There is no such agent. Someone may have removed it.');
  return row;
}
