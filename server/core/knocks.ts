import { knockMs } from './guest-access.ts';
import type { GuestLevel } from './permissions.ts';
import type { SessionEvent } from './session-event.ts';

/** Somebody who waits to be let into the session. */
export type Knock = { guestId: string; name: string; level: GuestLevel; at: string };

/** Who waits after one more entry of the log, first come first. The same value comes back when nothing changed. */
export function foldKnock(knocks: readonly Knock[], { body, at }: SessionEvent): readonly Knock[] {
  switch (body.type) {
    case 'guest_knocked': {
      const { guestId, name, level } = body;
      return [...without(knocks, guestId), { guestId, name, level, at }];
    }
    case 'guest_admitted':
    case 'guest_denied':
    case 'guest_revoked':
    case 'guest_left':
      return knocks.some((knock) => knock.guestId === body.guestId) ? without(knocks, body.guestId) : knocks;
    default:
      return knocks;
  }
}

const without = (knocks: readonly Knock[], guestId: string) => knocks.filter((knock) => knock.guestId !== guestId);

/** Those whose knock still waits for an answer at this time. */
export function openKnocks(knocks: readonly Knock[], nowMs: number): Knock[] {
  return knocks.filter((knock) => nowMs - Date.parse(knock.at) < knockMs);
}
