import type { Context } from '../context.ts';
import { AppError } from '../core/errors.ts';
import { requirePerson, type PersonActor } from './authorize.ts';

/**
 * What governs a person's own way in (password, sign-ins, tokens) is not for tokens: whoever finds one must not be
 * able to make it last.
 * @throws unauthenticated without a person, forbidden for a token
 */
export function requireBrowser(ctx: Context): PersonActor {
  const actor = requirePerson(ctx);
  if (ctx.credential.kind === 'api_token')
    throw new AppError('forbidden', 'A token cannot do this. Sign in with a browser and do it there.');
  return actor;
}

/** As `requireBrowser`, for what only someone with an account has. @throws forbidden for a guest */
export function requireAccount(ctx: Context): PersonActor {
  const actor = requireBrowser(ctx);
  if (actor.isGuest) throw new AppError('forbidden', guestsHaveNone);
  return actor;
}

export const guestsHaveNone = 'You are here as a guest of one session. Sign in with an account to do this.';
