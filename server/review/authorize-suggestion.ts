import { eq } from 'drizzle-orm';
import { schema } from '../../db/client.ts';
import { authorizeParticipant, type ParticipantAccess } from '../auth/authorize-participant.ts';
import { authorizeSession, requirePerson, type SessionAccess } from '../auth/authorize.ts';
import type { Context } from '../context.ts';
import { AppError } from '../core/errors.ts';
import type { SessionRight } from '../core/permissions.ts';

export type SuggestionRow = typeof schema.suggestion.$inferSelect;
export type SuggestionAccess = SessionAccess & { suggestion: SuggestionRow };
export type SuggestionViewing = ParticipantAccess & { suggestion: SuggestionRow };

const notFound = (cause?: unknown) =>
  new AppError('not_found', 'There is no such suggestion, or you have no access to it.', { cause });

/** @throws not_found when the actor may not see the suggestion's session, forbidden when the right is missing */
export async function authorizeSuggestion(
  ctx: Context,
  suggestionId: string,
  right: SessionRight,
): Promise<SuggestionAccess> {
  return reach(ctx, suggestionId, (sessionId) => authorizeSession(ctx, sessionId, right));
}

/** For members and guests. @throws not_found when the actor may not see the suggestion's session */
export async function authorizeViewing(ctx: Context, suggestionId: string): Promise<SuggestionViewing> {
  return reach(ctx, suggestionId, (sessionId) => authorizeParticipant(ctx, sessionId, 'view'));
}

async function reach<Access>(
  ctx: Context,
  suggestionId: string,
  authorizeIn: (sessionId: string) => Promise<Access>,
): Promise<Access & { suggestion: SuggestionRow }> {
  requirePerson(ctx);
  const [suggestion] = await ctx.db.select().from(schema.suggestion).where(eq(schema.suggestion.id, suggestionId));
  if (!suggestion) throw notFound();
  const access = await authorizeIn(suggestion.sessionId).catch((error: unknown) => {
    throw error instanceof AppError && error.code === 'not_found' ? notFound(error) : error;
  });
  return { ...access, suggestion };
}

/** For decisions. @throws conflict when the session is archived or the suggestion as a whole is refused */
export function requireOpen({ session, suggestion }: SuggestionAccess): void {
  if (session.archivedAt) {
    throw new AppError('conflict', 'The session is archived, so nothing in it changes. Bring it back first.');
  }
  if (suggestion.refusedReason !== null) {
    throw new AppError('conflict', `This suggestion cannot be accepted. ${suggestion.refusedReason}`);
  }
}
