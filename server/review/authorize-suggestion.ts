import { and, eq } from 'drizzle-orm';
import { schema } from '../../db/client.ts';
import { authorizeSession, requirePerson, type SessionAccess } from '../auth/authorize.ts';
import type { Context } from '../context.ts';
import { AppError } from '../core/errors.ts';
import type { SessionRight } from '../core/permissions.ts';

export type SuggestionRow = typeof schema.suggestion.$inferSelect;
export type SuggestionAccess = SessionAccess & { suggestion: SuggestionRow };

const notFound = (cause?: unknown) =>
  new AppError('not_found', 'There is no such suggestion, or you have no access to it.', { cause });

/** @throws not_found when the actor may not see the suggestion's session, forbidden when the right is missing */
export async function authorizeSuggestion(
  ctx: Context,
  suggestionId: string,
  right: SessionRight,
): Promise<SuggestionAccess> {
  const actor = requirePerson(ctx);
  const { suggestion, teamMember } = schema;
  const [row] = await ctx.db
    .select({ suggestion })
    .from(suggestion)
    .innerJoin(teamMember, eq(teamMember.teamId, suggestion.teamId))
    .where(and(eq(suggestion.id, suggestionId), eq(teamMember.personId, actor.personId)));
  if (!row) throw notFound();
  const access = await authorizeSession(ctx, row.suggestion.sessionId, right).catch((error: unknown) => {
    throw error instanceof AppError && error.code === 'not_found' ? notFound(error) : error;
  });
  return { ...access, suggestion: row.suggestion };
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
