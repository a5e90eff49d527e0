/**
 * A path as the system would take it, without looking at any link: relative ones from `cwd`, `.` and `..` worked off. Where
 * `cwd` is not absolute the result is relative to where the line starts; it then begins with `..` when it leads out of there.
 */
export function resolvePath(path: string, cwd: string | undefined): string {
  const from = path.startsWith('/') ? '' : (cwd ?? '.');
  const absolute = path.startsWith('/') || from.startsWith('/');
  const parts: string[] = [];
  for (const part of `${from}/${path}`.split('/')) {
    if (part === '..') goUp(parts, absolute);
    else if (part !== '' && part !== '.') parts.push(part);
  }
  if (absolute) return `/${parts.join('/')}`;
  return parts.length === 0 ? '.' : parts.join('/');
}

function goUp(parts: string[], absolute: boolean): void {
  if (parts.length > 0 && parts.at(-1) !== '..') parts.pop();
  else if (!absolute) parts.push('..');
}
