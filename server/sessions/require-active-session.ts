import type { SessionRow } from '../auth/authorize.ts';
import { AppError } from '../core/errors.ts';

/** @throws conflict when the session is archived */
export function requireActiveSession(session: SessionRow): void {
  if (session.archivedAt) {
    throw new AppError('conflict', 'The session is archived, so nothing in it changes. Bring it back first.');
  }
}
