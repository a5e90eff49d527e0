import { z } from 'zod';

/** What is true of a guest's place in a session, and what it comes to (docs/spec/access.md, "Guests"). */

export type GuestState = 'knocking' | 'admitted' | 'denied' | 'revoked' | 'left';

export type GuestFacts = {
  state: GuestState;
  /** The time the link gave has run out. */
  isExpired: boolean;
  /** Nobody answered the knock in time. */
  isUnanswered: boolean;
  /** Whoever let them in may still share the session. */
  isAnsweredFor: boolean;
  isArchived: boolean;
};

export const guestStandings = [
  'in',
  'waiting',
  'unanswered',
  'denied',
  'revoked',
  'left',
  'expired',
  'withdrawn',
  'archived',
] as const;
export type GuestStanding = (typeof guestStandings)[number];

/** How long a knock waits for an answer. */
export const knockMs = 60 * 60_000;

/** Where a guest stands now. What they were told by a person comes before what the clock says. */
export function guestStanding(facts: GuestFacts): GuestStanding {
  if (facts.state === 'denied' || facts.state === 'revoked' || facts.state === 'left') return facts.state;
  if (facts.isExpired) return 'expired';
  if (facts.isArchived) return 'archived';
  if (facts.state === 'knocking') return facts.isUnanswered ? 'unanswered' : 'waiting';
  return facts.isAnsweredFor ? 'in' : 'withdrawn';
}

const endings: Record<Exclude<GuestStanding, 'in'>, string> = {
  waiting: 'Nobody has let you in yet. Wait on the page of the link.',
  unanswered: 'Nobody answered for an hour. Tell whoever sent you the link, then knock again.',
  denied: 'Someone in the session declined. Ask whoever sent you the link, then knock again.',
  revoked: 'Someone in the session ended your access. Ask whoever invited you for a new link.',
  left: 'You left this session. Open the link again to come back.',
  expired: 'The time this link gave you has run out. Ask whoever invited you for a new one.',
  withdrawn: 'Whoever let you in may not share this session any more. Ask someone else of the team for a new link.',
  archived: 'This session was put away, and nobody works in it. Ask whoever invited you to bring it back.',
};

/** What happened to somebody who is not in, and what they can do. */
export function guestEnding(standing: Exclude<GuestStanding, 'in'>): string {
  return endings[standing];
}

const mark = ' (guest)';

/** The name others see: whoever is a guest says so, wherever the name goes. */
export function guestName(name: string): string {
  return name.endsWith(mark) ? name : `${name}${mark}`;
}

/** The name without the mark, for initials. */
export function withoutGuestMark(name: string): string {
  return name.endsWith(mark) ? name.slice(0, -mark.length) : name;
}

const unseen = /[\p{C}\p{Zl}\p{Zp}]/u;

/** What somebody without an account calls themselves: seen as it is written, one line, with something to read in it. */
export const guestNameField = z
  .string()
  .max(200)
  .normalize('NFC')
  .transform((name) => name.replaceAll(/\s+/g, ' ').trim())
  .pipe(
    z
      .string()
      .min(1, 'Write the name others will see')
      .max(60, 'Use at most 60 characters')
      .refine((name) => !unseen.test(name), 'Use letters, digits, spaces and signs that can be seen')
      .refine((name) => /[\p{L}\p{N}]/u.test(name), 'Use at least one letter or digit'),
  );
