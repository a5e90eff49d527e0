import type { Context } from '../context.ts';
import { authorizeInstallation } from './authorize.ts';

/**
 * For what installation admins do, and whoever runs the command line on the server itself.
 * @throws forbidden for everyone else
 */
export async function requireOperator(ctx: Context): Promise<void> {
  if (ctx.actor?.kind !== 'system') await authorizeInstallation(ctx);
}
