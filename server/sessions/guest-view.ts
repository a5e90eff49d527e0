import { requirePerson } from '../auth/authorize.ts';
import { findGuestPlace, type GuestPlace } from '../auth/guest-access.ts';
import type { Context } from '../context.ts';
import { AppError } from '../core/errors.ts';
import { guestEnding, guestName, type GuestStanding } from '../core/guest-access.ts';
import type { GuestLevel } from '../core/permissions.ts';
import { findSessionLink, linkEnding, type FoundLink } from './find-session-link.ts';
import { isMember } from './knock.ts';

/** What pages show to people who come by a link. */

/** Who opens the link: nobody yet, someone with a place in the session, or a member of it. */
export type Visitor =
  | { kind: 'nobody' }
  | { kind: 'member'; teamSlug: string }
  | { kind: 'guest' | 'account'; name: string; place: PlaceView | undefined };

export type PlaceView = {
  standing: GuestStanding;
  /** What happened and what to do; undefined while they are in. */
  message: string | undefined;
  /** Whether they may knock by the link that they opened. */
  mayKnock: boolean;
};

export type SessionLinkView =
  | { state: 'ended'; message: string }
  | {
      state: 'open';
      sessionId: string;
      title: string;
      teamName: string;
      invitedBy: string;
      level: GuestLevel;
      asksFirst: boolean;
      visitor: Visitor;
    };

/** What the page of a link shows. Holding the link's secret is the right to know what it leads to. */
export async function sessionLinkView(ctx: Context, token: string): Promise<SessionLinkView> {
  const found = await findSessionLink(ctx, token);
  if (!found || found.ending === 'deleted') return { state: 'ended', message: linkEnding(found?.ending ?? 'unknown') };
  const { link, sessionTitle, teamName, madeBy, ending } = found;
  const visitor = await visitorOf(ctx, found);
  if (ending && !mayGoOn(visitor)) return { state: 'ended', message: linkEnding(ending, madeBy) };
  return {
    state: 'open',
    sessionId: link.sessionId,
    title: sessionTitle,
    teamName,
    invitedBy: madeBy,
    level: link.level,
    asksFirst: link.asksFirst,
    visitor,
  };
}

/** Whoever is in, or is told how their place ended, is not told about the link as well. */
function mayGoOn(visitor: Visitor): boolean {
  if (visitor.kind === 'nobody') return false;
  if (visitor.kind === 'member') return true;
  return visitor.place?.standing === 'in' || visitor.place?.standing === 'revoked';
}

async function visitorOf(ctx: Context, { link, teamSlug }: FoundLink): Promise<Visitor> {
  const { sessionId, createdAt } = link;
  const { actor } = ctx;
  if (actor?.kind !== 'person') return { kind: 'nobody' };
  if (!actor.isGuest && (await isMember(ctx, sessionId))) return { kind: 'member', teamSlug };
  const place = await findGuestPlace(ctx.db, { sessionId, personId: actor.personId });
  return { kind: actor.isGuest ? 'guest' : 'account', name: actor.name, place: place && viewOf(place, createdAt) };
}

function viewOf({ standing, guest }: GuestPlace, linkCreatedAt: Date): PlaceView {
  const isOut = standing === 'revoked' && guest.endedAt !== null && linkCreatedAt <= guest.endedAt;
  const mayKnock = !isOut && standing !== 'in' && standing !== 'waiting' && standing !== 'archived';
  return { standing, message: standing === 'in' ? undefined : guestEnding(standing), mayKnock };
}

export type GuestStandingView = {
  standing: GuestStanding;
  personId: string;
  name: string;
  expiresAt: Date;
};

/** How the actor stands in a session as a guest. @throws not_found for whoever never knocked */
export async function guestStandingOf(ctx: Context, { sessionId }: { sessionId: string }): Promise<GuestStandingView> {
  const actor = requirePerson(ctx);
  const place = await findGuestPlace(ctx.db, { sessionId, personId: actor.personId });
  if (!place) throw new AppError('not_found', 'There is no such session, or you have no access to it.');
  const { standing, guest } = place;
  return { standing, personId: actor.personId, name: guestName(actor.name), expiresAt: guest.expiresAt };
}
