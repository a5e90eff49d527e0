import { initTRPC, TRPCError } from '@trpc/server';
import superjson from 'superjson';
import { guestsHaveNone } from '../auth/require-browser.ts';
import type { Context } from '../context.ts';
import { isStorable, unstorableMessage } from '../core/storable-text.ts';
import { isAppError, refusalOf, type ErrorCode } from '../core/errors.ts';

/** The app's own API. A router parses, calls one use case, returns. */

const wireCode = {
  unauthenticated: 'UNAUTHORIZED',
  forbidden: 'FORBIDDEN',
  not_found: 'NOT_FOUND',
  invalid: 'BAD_REQUEST',
  conflict: 'CONFLICT',
  rate_limited: 'TOO_MANY_REQUESTS',
  too_large: 'PAYLOAD_TOO_LARGE',
  unsupported: 'PRECONDITION_FAILED',
  unavailable: 'SERVICE_UNAVAILABLE',
  pending: 'TIMEOUT',
} as const satisfies Record<ErrorCode, TRPCError['code']>;

const t = initTRPC.context<Context>().create({
  transformer: superjson,
  sse: {
    maxDurationMs: 30 * 60_000,
    ping: { enabled: true, intervalMs: 15_000 },
    client: { reconnectAfterInactivityMs: 20_000 },
  },
  errorFormatter({ shape, error, ctx }) {
    const cause = error.cause;
    const requestId = ctx?.requestId;
    if (isAppError(cause))
      return {
        ...shape,
        message: cause.message,
        data: { ...shape.data, stack: undefined, appCode: cause.code, details: cause.details, requestId },
      };
    const hidden = error.code === 'INTERNAL_SERVER_ERROR';
    const message = hidden
      ? `The server met a fault it did not expect (request ${requestId ?? 'unknown'}). Try again; an admin finds the cause in the log under that id.`
      : shape.message;
    return {
      ...shape,
      message,
      data: { ...shape.data, stack: undefined, appCode: undefined, details: undefined, requestId },
    };
  },
});

/** Turns expected refusals into the wire's codes; everything else stays an internal error. */
const withWireErrors = t.middleware(async ({ next }) => {
  const result = await next();
  if (result.ok || result.error.code !== 'INTERNAL_SERVER_ERROR') return result;
  const refusal = refusalOf(result.error.cause);
  if (!refusal) return result;
  throw new TRPCError({ code: wireCode[refusal.code], message: refusal.message, cause: refusal });
});

/** What cannot be stored is refused before a use case fails on it. */
const storable = t.middleware(async ({ getRawInput, next }) => {
  if (!isStorable(await getRawInput())) throw new TRPCError({ code: 'BAD_REQUEST', message: unstorableMessage });
  return next();
});

const signedIn = t.middleware(({ ctx, next }) => {
  if (ctx.actor?.kind !== 'person') {
    throw new TRPCError({
      code: 'UNAUTHORIZED',
      message: 'You are not signed in, or the sign-in ended. Sign in again.',
    });
  }
  return next({ ctx });
});

const withAccount = t.middleware(({ ctx, next }) => {
  if (ctx.actor?.kind === 'person' && ctx.actor.isGuest)
    throw new TRPCError({ code: 'FORBIDDEN', message: guestsHaveNone });
  return next({ ctx });
});

export const router = t.router;
export const createCallerFactory = t.createCallerFactory;
/** For what people do before they are signed in. */
export const publicProcedure = t.procedure.use(withWireErrors).use(storable);
/** Needs a signed-in person, or a guest of a session; for the few things that guests do too. */
export const participantProcedure = publicProcedure.use(signedIn);
/** Needs someone who signed in with an account; the use case authorises the rest. */
export const procedure = participantProcedure.use(withAccount);
