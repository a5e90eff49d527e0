import type { IncomingHttpHeaders } from 'node:http';

type Asked = { method?: string | undefined; headers: IncomingHttpHeaders };

/**
 * Whether a request that may carry the sign-in cookie comes from our own pages (docs/spec/access.md, AC20). A browser says so
 * in Sec-Fetch-Site (not over plain http, except on this machine) and, for everything that writes, in Origin. What
 * names no source is refused when it writes: programs use bearer tokens, not cookies.
 */
export function sameOrigin(req: Asked, publicUrl: string): boolean {
  const site = one(req.headers['sec-fetch-site']);
  const reads = req.method === 'GET' || req.method === 'HEAD' || req.method === 'OPTIONS';
  if (site !== undefined && site !== 'same-origin' && !(reads && site === 'none')) return false;
  const origin = one(req.headers.origin);
  if (origin === undefined) return reads || site === 'same-origin';
  return isOurs(origin, req.headers.host, publicUrl);
}

const one = (value: string | string[] | undefined) => (Array.isArray(value) ? value[0] : value);

/** Ours is the public address, and the very host and port this request was sent to: cookies belong to that host too. */
function isOurs(origin: string, host: string | undefined, publicUrl: string): boolean {
  const parsed = URL.canParse(origin) ? new URL(origin) : undefined;
  if (!parsed || !/^https?:$/.test(parsed.protocol)) return false;
  return parsed.origin === new URL(publicUrl).origin || (host !== undefined && parsed.host === host.toLowerCase());
}
