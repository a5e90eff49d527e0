export type SignInResult = { ok: true } | { ok: false; message: string };

const unreachable = 'The server did not answer. Check the connection, then try again.';

/** Signs in with a password. Never rejects. */
export function signInWithPassword(email: string, password: string): Promise<SignInResult> {
  return signIn('credentials', { email, password });
}

/** Makes this browser known by a name, while the link is open. Never rejects. */
export async function enterAsGuest(token: string, name: string): Promise<SignInResult> {
  const result = await signIn('guest', { token, name });
  if (result.ok || result.message !== misfit) return result;
  return { ok: false, message: 'This link is not open any more. Load the page again to read why.' };
}

const misfit = 'Email and password do not fit together. Check both; an admin can make a link to set a new password.';

/** Over next-auth's own endpoints; the cookie is set when it succeeds. */
async function signIn(provider: 'credentials' | 'guest', fields: Record<string, string>): Promise<SignInResult> {
  try {
    const csrf = (await (await fetch('/api/auth/csrf', { cache: 'no-store' })).json()) as { csrfToken: string };
    const answer = await fetch(`/api/auth/callback/${provider}`, {
      method: 'POST',
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      body: new URLSearchParams({ csrfToken: csrf.csrfToken, ...fields, callbackUrl: '/', json: 'true' }),
    });
    const { url } = (await answer.json()) as { url: string };
    const error = new URL(url, window.location.origin).searchParams.get('error');
    if (error === null && answer.ok) return { ok: true };
    return { ok: false, message: messageOf(error ?? '', new Date()) };
  } catch {
    return { ok: false, message: unreachable };
  }
}

/** The words for next-auth's error codes and ours. */
export function messageOf(error: string, now: Date): string {
  if (error === 'CredentialsSignin') return misfit;
  const limited = /^rate_limited (\S+)$/.exec(error);
  const retryAt = limited?.[1] === undefined ? Number.NaN : Date.parse(limited[1]);
  if (limited && !Number.isNaN(retryAt)) {
    const minutes = Math.max(1, Math.ceil((retryAt - now.getTime()) / 60_000));
    return `There were too many attempts. Try again in ${minutes} ${minutes === 1 ? 'minute' : 'minutes'}.`;
  }
  return 'Signing in did not work because of a fault on the server. Try again; an admin finds the cause in the log.';
}
