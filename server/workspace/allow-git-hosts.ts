import { eq } from 'drizzle-orm';
import { z } from 'zod';
import { schema } from '../../db/client.ts';
import { appendAudit } from '../audit/append.ts';
import { authorizeInstallation } from '../auth/authorize.ts';
import { withTransaction, type Context } from '../context.ts';
import { privateGitHosts, privateGitHostsSetting } from './address-policy.ts';

const host = z
  .string()
  .trim()
  .toLowerCase()
  .max(260)
  .regex(
    /^(\[[0-9a-f:.]+\]|[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?)(:\d{1,5})?$/,
    'A host is a name or an address, like git.example.lan or 10.0.0.5:8443.',
  );

export const allowGitHostsInput = z.object({
  /** Hosts with private addresses that may be cloned from and pushed to; the whole list. */
  hosts: z.array(host).max(200),
});

/** The hosts on the installation's own network that git may reach. Installation admins only. */
export async function listAllowedGitHosts(ctx: Context): Promise<string[]> {
  await authorizeInstallation(ctx);
  return [...(await privateGitHosts(ctx))].sort();
}

/** Replaces the list. Link-local addresses stay refused whatever it says. */
export async function allowGitHosts(ctx: Context, given: z.input<typeof allowGitHostsInput>): Promise<void> {
  await authorizeInstallation(ctx);
  const { hosts } = allowGitHostsInput.parse(given);
  const after = [...new Set(hosts)].sort();
  await withTransaction(ctx, async (tx) => {
    const setting = schema.installationSetting;
    const [row] = await tx.db
      .select({ value: setting.value })
      .from(setting)
      .where(eq(setting.name, privateGitHostsSetting))
      .for('update');
    const updatedAt = ctx.now();
    await tx.db
      .insert(setting)
      .values({ name: privateGitHostsSetting, value: after.join(' '), updatedAt })
      .onConflictDoUpdate({ target: setting.name, set: { value: after.join(' '), updatedAt } });
    await appendAudit(tx, {
      teamId: null,
      action: 'git-hosts.allow',
      resource: { type: 'installation_setting', id: privateGitHostsSetting },
      detail: { before: { hosts: row?.value ?? '' }, after: { hosts: after.join(' ') } },
    });
  });
}
