import { eq, lt, sql } from 'drizzle-orm';
import { schema } from '../../db/client.ts';
import type { Context } from '../context.ts';
import { AppError } from '../core/errors.ts';

export type Limit = { key: string; attempts: number; windowMs: number };

export const minutesMs = (minutes: number) => minutes * 60_000;
const keptMs = minutesMs(24 * 60);

/**
 * Counts one attempt in the key's current window. Give a context outside a transaction: an attempt counts whether or
 * not what follows succeeds.
 * @throws rate_limited when the window is full, with `details.retryAt` (ISO 8601)
 */
export async function requireAttempt(ctx: Context, limit: Limit): Promise<void> {
  const now = ctx.now().getTime();
  const windowStartAt = new Date(now - (now % limit.windowMs));
  const [row] = await ctx.db
    .insert(schema.rateLimit)
    .values({ key: limit.key, windowStartAt, attempts: 1 })
    .onConflictDoUpdate({
      target: [schema.rateLimit.key, schema.rateLimit.windowStartAt],
      set: { attempts: sql`${schema.rateLimit.attempts} + 1` },
    })
    .returning({ attempts: schema.rateLimit.attempts });
  if (row?.attempts === 1)
    await ctx.db.delete(schema.rateLimit).where(lt(schema.rateLimit.windowStartAt, new Date(now - keptMs)));
  if ((row?.attempts ?? 1) <= limit.attempts) return;
  const retryAt = new Date(windowStartAt.getTime() + limit.windowMs);
  const minutes = Math.max(1, Math.ceil((retryAt.getTime() - now) / 60_000));
  throw new AppError(
    'rate_limited',
    `There were too many attempts. Try again in ${minutes} ${minutes === 1 ? 'minute' : 'minutes'}.`,
    {
      details: { retryAt: retryAt.toISOString() },
    },
  );
}

/** Forgets the key's attempts, after one of them proved to be right. */
export async function clearAttempts(ctx: Context, key: string): Promise<void> {
  await ctx.db.delete(schema.rateLimit).where(eq(schema.rateLimit.key, key));
}
