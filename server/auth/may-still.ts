import type { Context } from '../context.ts';
import { isAppError } from '../core/errors.ts';
import type { SessionRight } from '../core/permissions.ts';
import { authorizeDeletedSession } from './authorize.ts';

/**
 * Whether a person still has a right in a session, for work that goes on in their name after they asked for it: no
 * longer when they were removed, disabled or given a lower role. Says nothing about whether the session was deleted.
 */
export async function mayStill(
  ctx: Context,
  asked: { personId: string; sessionId: string; right: SessionRight },
): Promise<boolean> {
  const actor = { kind: 'person', personId: asked.personId, name: '', email: '' } as const;
  try {
    await authorizeDeletedSession({ ...ctx, actor, credential: { kind: 'none' } }, asked.sessionId, asked.right);
    return true;
  } catch (error) {
    if (isAppError(error) && (error.code === 'forbidden' || error.code === 'not_found')) return false;
    throw error;
  }
}
