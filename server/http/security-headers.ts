import { randomBytes } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';

/**
 * The headers of every answer, and the Content-Security-Policy of pages with a nonce of their own. Next reads the
 * nonce from the request's header of the same name and puts it on its scripts.
 */
export function setSecurityHeaders(
  req: IncomingMessage,
  res: ServerResponse,
  options: { dev: boolean; https: boolean },
): void {
  res.setHeader('x-content-type-options', 'nosniff');
  // The address of a link into a session is its secret.
  res.setHeader('referrer-policy', isSecretPath(req.url ?? '/') ? 'no-referrer' : 'same-origin');
  res.setHeader('x-frame-options', 'DENY');
  res.setHeader('cross-origin-opener-policy', 'same-origin');
  res.setHeader('permissions-policy', 'camera=(), microphone=(), geolocation=()');
  if (options.https) res.setHeader('strict-transport-security', 'max-age=31536000');
  const nonce = randomBytes(16).toString('base64url');
  const policy = contentSecurityPolicy(nonce, options.dev);
  req.headers['content-security-policy'] = policy;
  req.headers['x-nonce'] = nonce;
  // Where a page that sends people to sign in brings them back to.
  req.headers['x-page'] = req.url ?? '/';
  res.setHeader('content-security-policy', policy);
}

/** Whether the path itself is a secret, which goes into no log and to nobody. */
export const isSecretPath = (path: string) => path.startsWith('/join/');

/** Styles need 'unsafe-inline' without a nonce beside it: the editor sets styles on elements. */
function contentSecurityPolicy(nonce: string, dev: boolean): string {
  return [
    "default-src 'self'",
    `script-src 'self' 'nonce-${nonce}' 'strict-dynamic'${dev ? " 'unsafe-eval'" : ''}`,
    "style-src 'self' 'unsafe-inline'",
    "img-src 'self' data:",
    "font-src 'self' data:",
    "connect-src 'self'",
    `worker-src 'self'${dev ? ' blob:' : ''}`,
    "object-src 'none'",
    "base-uri 'none'",
    "form-action 'self'",
    "frame-ancestors 'none'",
  ].join('; ');
}
