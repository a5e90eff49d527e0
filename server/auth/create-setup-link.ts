import { appendAudit } from '../audit/append.ts';
import { withTransaction, type Context } from '../context.ts';
import { hasPeople, lockInstallation } from './installation.ts';
import { newLink } from './one-time-link.ts';
import { requireSystem } from './require-operator.ts';

/**
 * Makes the link by which the first admin sets this installation up; an older one ends. For the entrypoint.
 * @returns its address, or undefined once anyone exists
 */
export async function createSetupLink(ctx: Context): Promise<string | undefined> {
  requireSystem(ctx);
  return withTransaction(ctx, async (tx) => {
    await lockInstallation(tx);
    if (await hasPeople(tx)) return undefined;
    const link = await newLink(tx, 'setup');
    await appendAudit(tx, {
      teamId: null,
      action: 'setup_link.create',
      resource: { type: 'one_time_link', id: link.id },
      detail: { expiresAt: link.expiresAt },
    });
    return link.url;
  });
}
