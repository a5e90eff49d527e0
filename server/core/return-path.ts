/**
 * Where to go after signing in: a path on this site, or the start page. Anything a browser could read as another
 * site (`//host`, `/\host`, a scheme, control characters) and the sign-in page itself become `/`.
 */
export function returnPath(asked: string | null | undefined): string {
  if (asked === undefined || asked === null || !/^\/(?![/\\])/.test(asked) || /[\p{Cc}\\]/u.test(asked)) return '/';
  const base = 'http://here.invalid';
  if (!URL.canParse(asked, base)) return '/';
  const url = new URL(asked, base);
  if (url.origin !== base || url.pathname.startsWith('//') || /^\/(sign-in|api)(\/|$)/.test(url.pathname)) return '/';
  return `${url.pathname}${url.search}${url.hash}`;
}
