import { authorizeProject, authorizeSession, type SessionAccess } from '../auth/authorize.ts';
import type { Context } from '../context.ts';
import { AppError } from '../core/errors.ts';
import { rightsOfGuest, type GuestLevel } from '../core/permissions.ts';

/** For links and guests of a session. @throws not_found to whoever may not see it, forbidden below developer */
export async function authorizeSharing(ctx: Context, sessionId: string): Promise<SessionAccess> {
  const access = await authorizeSession(ctx, sessionId, 'view');
  await authorizeProject(ctx, access.session.projectId, 'session.share');
  return access;
}

/** Nobody gives what they do not have. @throws forbidden */
export function requireGivable({ rights }: SessionAccess, level: GuestLevel): void {
  const missing = rightsOfGuest(level).find((right) => !rights.includes(right));
  if (missing !== undefined)
    throw new AppError('forbidden', `You may not ${missing} here, so you cannot let a guest. Ask a team admin.`);
}
