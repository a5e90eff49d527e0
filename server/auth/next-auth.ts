import type { AuthOptions, Session, User } from 'next-auth';
import type { JWT } from 'next-auth/jwt';
import credentialsModule from 'next-auth/providers/credentials';
import { createContext } from '../context.ts';
import { isAppError } from '../core/errors.ts';
import { log } from '../platform/log.ts';
import { authSecret } from '../platform/secrets.ts';
import { addressHeader } from './client-address.ts';
import { endAuthSession } from './end-auth-sessions.ts';
import { enterAsGuest } from './enter-as-guest.ts';
import { liveAuthSession, sessionCookieName } from './live-session.ts';
import { authSessionDays, signIn } from './sign-in.ts';

/**
 * next-auth is CommonJS: under Node's own modules the default import is the exports object, in Next's bundle it is the
 * function.
 */
const credentialsProvider =
  (credentialsModule as unknown as { default?: typeof credentialsModule }).default ?? credentialsModule;

const sidOf = (token: JWT) => (typeof token['sid'] === 'string' ? token['sid'] : undefined);

/** The cookie names a sign-in that is over: an ordinary event, not a fault. */
class EndedError extends Error {
  override name = 'EndedError';
}

type SignInRequest = { headers?: Record<string, unknown> | undefined };

function header(req: SignInRequest, name: string): string {
  const value = req.headers?.[name];
  return typeof value === 'string' ? value : '';
}

async function authorize(given: Record<'email' | 'password', string> | undefined, req: SignInRequest) {
  try {
    const signedIn = await signIn(createContext(), {
      email: given?.email ?? '',
      password: given?.password ?? '',
      userAgent: header(req, 'user-agent'),
      address: header(req, addressHeader) || 'unknown',
    });
    if (!signedIn) return null;
    const { personId, name, email } = signedIn.actor;
    return { id: personId, name, email, sid: signedIn.authSessionId };
  } catch (error) {
    throw toldToBrowser(error);
  }
}

/** The message of what a provider throws travels to the browser. */
function toldToBrowser(error: unknown): Error {
  if (isAppError(error) && error.code === 'rate_limited')
    return new Error(`rate_limited ${String(error.details?.['retryAt'])}`, { cause: error });
  log().error({ err: error }, 'sign-in failed');
  return new Error('unavailable', { cause: error });
}

async function authorizeGuest(given: Record<'token' | 'name', string> | undefined, req: SignInRequest) {
  try {
    const { actor, authSessionId } = await enterAsGuest(createContext(), {
      token: given?.token ?? '',
      name: given?.name ?? '',
      userAgent: header(req, 'user-agent'),
      address: header(req, addressHeader) || 'unknown',
    });
    return { id: actor.personId, name: actor.name, sid: authSessionId };
  } catch (error) {
    if (isAppError(error) && error.code === 'forbidden') return null;
    throw toldToBrowser(error);
  }
}

async function tokenWithSession({ token, user }: { token: JWT; user?: User }): Promise<JWT> {
  if (user) return { sub: user.id, sid: (user as User & { sid?: string }).sid };
  const sid = sidOf(token);
  if (sid === undefined || !(await liveAuthSession(sid))) throw new EndedError('the sign-in ended');
  return token;
}

async function sessionOfToken({ session, token }: { session: Session; token: JWT }): Promise<Session> {
  const live = await liveAuthSession(sidOf(token) ?? '');
  return { expires: session.expires, user: live ? { name: live.actor.name, email: live.actor.email } : {} };
}

async function onSignOut({ token }: { token: JWT }): Promise<void> {
  const live = await liveAuthSession(sidOf(token) ?? '');
  if (!live) return;
  await endAuthSession(createContext(live), { authSessionId: live.credential.id });
}

function logError(code: string, metadata: unknown): void {
  const cause = metadata instanceof Error ? metadata : (metadata as { error?: unknown } | undefined)?.error;
  if (cause instanceof Error && /^(EndedError|JWE|JWT|JOSE)/.test(cause.name)) return;
  log().error({ err: cause, code }, 'next-auth reported a fault');
}

/** Options of next-auth: sign-in with a password, a cookie that only names a row which can be ended. */
export function authOptions(): AuthOptions {
  return {
    secret: authSecret(),
    session: { strategy: 'jwt', maxAge: authSessionDays * 24 * 3600 },
    pages: { signIn: '/sign-in', signOut: '/', error: '/sign-in' },
    useSecureCookies: sessionCookieName().startsWith('__Secure-'),
    providers: [
      credentialsProvider({
        name: 'Password',
        credentials: { email: { type: 'email' }, password: { type: 'password' } },
        authorize,
      }),
      credentialsProvider({
        id: 'guest',
        name: 'Guest',
        credentials: { token: {}, name: {} },
        authorize: authorizeGuest,
      }),
    ],
    callbacks: { jwt: tokenWithSession, session: sessionOfToken },
    events: { signOut: onSignOut },
    logger: { error: logError, warn: (code) => log().debug({ code }, 'next-auth warns'), debug: () => undefined },
  };
}
