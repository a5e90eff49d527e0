import { and, eq, sql } from 'drizzle-orm';
import { schema } from '../../db/client.ts';
import { isPutAway, mayShare } from '../auth/guest-access.ts';
import type { Context } from '../context.ts';
import { AppError } from '../core/errors.ts';
import { hashSecret } from '../platform/secrets.ts';

export type SessionLinkRow = typeof schema.sessionLink.$inferSelect;
export type LinkEnding = 'unknown' | 'deleted' | 'revoked' | 'expired' | 'withdrawn' | 'archived' | 'full';

export type FoundLink = {
  link: SessionLinkRow;
  sessionTitle: string;
  teamName: string;
  teamSlug: string;
  madeBy: string;
  /** Why nobody new comes in by it; undefined while it is open. */
  ending: LinkEnding | undefined;
};

/** The link with this secret, or undefined. Holding the secret is the right to know what it leads to. */
export async function findSessionLink(ctx: Context, secret: string): Promise<FoundLink | undefined> {
  const { sessionLink, session, project, team, person } = schema;
  const [row] = await ctx.db
    .select({
      link: sessionLink,
      sessionTitle: session.title,
      teamName: team.name,
      teamSlug: team.slug,
      madeBy: person.name,
      isDeleted: sql<boolean>`(${session.deletedAt} is not null or ${project.deletedAt} is not null)`,
      isExpired: sql<boolean>`${sessionLink.expiresAt} <= now()`,
      isPutAway,
      isAnsweredFor: mayShare(sessionLink.createdBy),
    })
    .from(sessionLink)
    .innerJoin(session, eq(session.id, sessionLink.sessionId))
    .innerJoin(project, eq(project.id, session.projectId))
    .innerJoin(team, eq(team.id, sessionLink.teamId))
    .innerJoin(person, eq(person.id, sessionLink.createdBy))
    .where(and(eq(sessionLink.tokenHash, hashSecret(secret)), eq(session.teamId, sessionLink.teamId)));
  if (!row) return undefined;
  const { link, sessionTitle, teamName, teamSlug, madeBy, ...facts } = row;
  return { link, sessionTitle, teamName, teamSlug, madeBy, ending: endingOf(link, facts) };
}

type LinkFacts = { isDeleted: boolean; isExpired: boolean; isPutAway: boolean; isAnsweredFor: boolean };

function endingOf({ revokedAt, maxUses, uses }: SessionLinkRow, facts: LinkFacts): LinkEnding | undefined {
  if (facts.isDeleted) return 'deleted';
  if (revokedAt !== null) return 'revoked';
  if (facts.isExpired) return 'expired';
  if (!facts.isAnsweredFor) return 'withdrawn';
  if (facts.isPutAway) return 'archived';
  return maxUses !== null && uses >= maxUses ? 'full' : undefined;
}

/** What happened to a link, and what its holder can do. */
export function linkEnding(ending: LinkEnding, madeBy = 'whoever sent it'): string {
  switch (ending) {
    case 'unknown':
      return 'There is no such link. Check that you opened the whole of it, or ask for another.';
    case 'deleted':
      return `The session behind this link was deleted. Ask ${madeBy} what became of it.`;
    case 'revoked':
      return `This link was ended. Ask ${madeBy} if you should have another.`;
    case 'expired':
      return `This link has run out. Ask ${madeBy} for a new one.`;
    case 'withdrawn':
      return `${madeBy} may not share this session any more, so the link ended. Ask someone else of the team.`;
    case 'archived':
      return `The session behind this link was put away, and nobody works in it. Ask ${madeBy} to bring it back.`;
    case 'full':
      return `As many people as this link lets in have come. Ask ${madeBy} for another.`;
  }
}

/** @throws AppError `forbidden` with what happened to the link and what to do */
export async function getOpenLink(ctx: Context, secret: string): Promise<FoundLink> {
  const found = await findSessionLink(ctx, secret);
  if (!found) throw new AppError('forbidden', linkEnding('unknown'));
  if (found.ending) throw new AppError('forbidden', linkEnding(found.ending, found.madeBy));
  return found;
}
