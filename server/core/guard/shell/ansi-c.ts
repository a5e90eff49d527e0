const simple: Record<string, string> = {
  a: '\u0007',
  b: '\b',
  e: '\u001B',
  E: '\u001B',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
  v: '\v',
};

const escape = /\\(?:x([0-9a-fA-F]{1,2})|u([0-9a-fA-F]{1,4})|U([0-9a-fA-F]{1,8})|([0-7]{1,3})|c(.)|([^]))/g;

/** The text of `$'…'` (bash reference manual, 3.1.2.4). Bytes above 127 are read one by one. */
export function decodeAnsiC(text: string): string {
  return decodeEscapes(text, escape);
}

const echoEscape = /\\(?:x([0-9a-fA-F]{1,2})|u([0-9a-fA-F]{1,4})|U([0-9a-fA-F]{1,8})|0?([0-7]{1,3})|(?!)(.)|([^]))/g;

/** What `echo -e` and `printf` make of backslashes. */
export function decodeEcho(text: string): string {
  return decodeEscapes(text, echoEscape);
}

function decodeEscapes(text: string, pattern: RegExp): string {
  if (!text.includes('\\')) return text;
  return text.replaceAll(pattern, (whole, ...groups: (string | undefined)[]) => {
    const [hex, short, long, octal, control, char] = groups;
    const code = hex ?? short ?? long;
    if (code !== undefined) return fromCode(Number.parseInt(code, 16));
    if (octal !== undefined) return fromCode(Number.parseInt(octal, 8) % 256);
    if (control !== undefined) return fromCode((control.codePointAt(0) ?? 0) % 32);
    if (char === undefined) return whole;
    return simple[char] ?? (/['"\\?]/.test(char) ? char : `\\${char}`);
  });
}

/** No word can hold a NUL: the shell ends the string there. */
function fromCode(code: number): string {
  return code > 0 && code <= 0x10_ff_ff ? String.fromCodePoint(code) : '';
}
