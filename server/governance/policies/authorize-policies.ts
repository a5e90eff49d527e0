import { authorizeInstallation, authorizeSomeTeam, authorizeTeam, type PersonActor } from '../../auth/authorize.ts';
import type { Context } from '../../context.ts';
import { isAppError } from '../../core/errors.ts';
import { mayInTeam } from '../../core/permissions.ts';
import type { PolicyScope } from './published.ts';

/**
 * Who writes policies: a team's admins theirs, installation admins the installation's.
 * @throws not_found for a team of others, forbidden for people who may not
 */
export async function authorizeManaging(ctx: Context, scope: PolicyScope): Promise<PersonActor> {
  if (scope === null) return authorizeInstallation(ctx);
  return (await authorizeTeam(ctx, scope, 'policy.manage')).actor;
}

/** Who reads the policies in force: every member of the team; the installation's, every member of any. */
export async function authorizeReading(ctx: Context, scope: PolicyScope): Promise<PersonActor> {
  if (scope === null) return authorizeSomeTeam(ctx, 'policy.read');
  return (await authorizeTeam(ctx, scope, 'policy.read')).actor;
}

export async function mayManage(ctx: Context, scope: PolicyScope): Promise<boolean> {
  if (scope !== null) return mayInTeam((await authorizeTeam(ctx, scope, 'policy.read')).role, 'policy.manage');
  return authorizeInstallation(ctx).then(
    () => true,
    (error: unknown) => {
      if (isAppError(error)) return false;
      throw error;
    },
  );
}
