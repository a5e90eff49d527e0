import type { Context } from '../context.ts';
import { AppError } from '../core/errors.ts';
import { authorizeInstallation } from './authorize.ts';

/**
 * For what installation admins do, and whoever runs the command line on the server itself.
 * @throws forbidden for everyone else
 */
export async function requireOperator(ctx: Context): Promise<void> {
  if (ctx.actor?.kind !== 'system') await authorizeInstallation(ctx);
}

/** @throws forbidden unless the application itself acts: an entrypoint or the command line on the server */
export function requireSystem(ctx: Context): void {
  if (ctx.actor?.kind !== 'system')
    throw new AppError('forbidden', 'Only the server itself does this, when it starts.');
}
