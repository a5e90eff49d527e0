/** Whether a text fits a shell pattern (`*`, `?`, `[…]`), the whole of it; undefined when the pattern is too involved to tell. */
export function fitsPattern(text: string, pattern: string): boolean | undefined {
  return toRegExp(pattern)?.test(text);
}

/** The pattern as a regular expression without anchors; undefined when it has no reading. */
export function patternSource(pattern: string): string {
  let source = '';
  for (let at = 0; at < pattern.length; at++) {
    const char = pattern[at] ?? '';
    if (char === '*') {
      while (pattern[at + 1] === '*') at += 1;
      source += '[^]*';
    } else if (char === '?') source += '[^]';
    else if (char === '[') {
      const close = pattern.indexOf(']', at + 2);
      if (close < 0) source += '\\[';
      else {
        source += `[${pattern
          .slice(at + 1, close)
          .replace(/^!/, '^')
          .replaceAll(/[\\[\]]/g, '\\$&')}]`;
        at = close;
      }
    } else source += char.replace(/[\\^$.*+?()[\]{}|/-]/, '\\$&');
  }
  return source;
}

function toRegExp(pattern: string): RegExp | undefined {
  if ((pattern.match(/\*/g)?.length ?? 0) > 4 || /[@!+*?]\(/.test(pattern)) return undefined;
  try {
    return new RegExp(`^(?:${patternSource(pattern)})$`, 'u');
  } catch {
    return undefined;
  }
}
