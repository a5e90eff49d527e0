import { eq } from 'drizzle-orm';
import { schema } from '../../db/client.ts';
import { appendAudit } from '../audit/append.ts';
import { withTransaction, type Context } from '../context.ts';
import { env, type Env } from '../platform/env.ts';
import { insertPerson } from './insert-person.ts';
import { insertTeam } from './create-team.ts';
import { lockInstallation } from './installation.ts';
import { hashPassword } from './passwords.ts';
import { requireSystem } from './require-operator.ts';

/**
 * Makes the installation admin that the environment names, and a first team when there is none. Someone who exists
 * already stays as they are, their password too. For the entrypoint.
 */
export async function ensureAdminFromEnv(ctx: Context, admin: Env['admin'] = env().admin): Promise<void> {
  requireSystem(ctx);
  if (!admin || (await exists(ctx, admin.email))) return;
  const passwordHash = await hashPassword(admin.password);
  await withTransaction(ctx, async (tx) => {
    await lockInstallation(tx);
    if (await exists(tx, admin.email)) return;
    const name = admin.email.split('@', 1)[0] ?? admin.email;
    const person = await insertPerson(tx, { email: admin.email, name, passwordHash, isInstallationAdmin: true });
    const teams = await tx.db.select({ id: schema.team.id }).from(schema.team).limit(1);
    if (teams.length === 0) await insertTeam(tx, 'Team', person.personId);
    await appendAudit(tx, {
      teamId: null,
      action: 'installation.admin_from_environment',
      resource: { type: 'person', id: person.personId },
    });
  });
}

async function exists(ctx: Context, email: string): Promise<boolean> {
  return (
    (await ctx.db.select({ id: schema.person.id }).from(schema.person).where(eq(schema.person.email, email))).length > 0
  );
}
