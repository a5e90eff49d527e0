import type { Context } from '../context.ts';
import { AppError } from '../core/errors.ts';
import { guestEnding, guestName } from '../core/guest-access.ts';
import { rightsOfGuest, type SessionRight, type TeamRole } from '../core/permissions.ts';
import { authorizeSession, requirePerson, type SessionAccess } from './authorize.ts';
import { findGuestPlace } from './guest-access.ts';

/** Access to one session: a member's by their role, or a guest's by a link. */
export type ParticipantAccess = Omit<SessionAccess, 'role'> & { role: TeamRole | null };

/**
 * The door for what guests may do too; `authorizeSession` is the one for members alone. A guest comes by a browser and
 * has the rights of their level, in this session and nowhere else.
 * @throws not_found when the actor may not see the session, with the reason for a guest whose place ended; forbidden
 *   when the right is missing
 */
export async function authorizeParticipant(
  ctx: Context,
  sessionId: string,
  right: SessionRight,
): Promise<ParticipantAccess> {
  const actor = requirePerson(ctx);
  try {
    return await authorizeSession(ctx, sessionId, right);
  } catch (error) {
    const isAbsent = error instanceof AppError && error.code === 'not_found';
    if (!isAbsent || ctx.credential.kind !== 'auth_session') throw error;
    const place = await findGuestPlace(ctx.db, { sessionId, personId: actor.personId });
    if (!place) throw error;
    const { standing, guest, session, project } = place;
    if (standing !== 'in') throw new AppError('not_found', guestEnding(standing), { cause: error });
    const rights = [...rightsOfGuest(guest.level)];
    if (!rights.includes(right))
      throw new AppError(
        'forbidden',
        `You are a guest here and may ${rights.join(' and ')}, not ${right}. Ask someone in the session to change that.`,
      );
    const named = { ...actor, name: guestName(actor.name) };
    return { teamId: session.teamId, role: null, actor: named, project, session, rights };
  }
}
