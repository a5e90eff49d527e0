import { withoutOverlaps, type Finding } from './finding.ts';

/** The inside of a string of a JSON text, without its quotes. */
type JsonString = { start: number; end: number; isEscaped: boolean };

/** The strings of a JSON text, keys included, in order. A text that is cut off or no JSON has them as far as they go. */
function* stringsOf(text: string): Generator<JsonString> {
  for (let quote = text.indexOf('"'); quote >= 0;) {
    const start = quote + 1;
    let end = text.indexOf('"', start);
    let isEscaped = false;
    while (end >= 0 && isEscapedAt(text, end, start)) {
      isEscaped = true;
      end = text.indexOf('"', end + 1);
    }
    if (end < 0) end = text.length;
    isEscaped ||= text.slice(start, end).includes('\\');
    yield { start, end, isEscaped };
    quote = text.indexOf('"', end + 1);
  }
}

function isEscapedAt(text: string, at: number, from: number): boolean {
  let slashes = 0;
  while (at - slashes > from && text[at - slashes - 1] === '\\') slashes++;
  return slashes % 2 === 1;
}

/**
 * What a scan finds in a JSON text: in the text as it stands, where keys tell of values, and within each string as its reader
 * reads it. A finding lies within one string, or is a number.
 */
export function findInJson(text: string, scan: (text: string) => readonly Finding[]): Finding[] {
  const raw = scan(text);
  const inside: Finding[] = [];
  const strings: JsonString[] = [];
  for (const one of stringsOf(text)) {
    strings.push(one);
    if (one.isEscaped) inside.push(...findInString(text, one, scan));
  }
  return withoutOverlaps([...inside, ...raw.flatMap((finding) => within(text, finding, strings))]);
}

function findInString(text: string, { start, end }: JsonString, scan: (text: string) => readonly Finding[]): Finding[] {
  const { decoded, offsets } = decode(text.slice(start, end));
  return scan(decoded).map((finding) => ({
    ...finding,
    start: start + (offsets[finding.start] ?? 0),
    end: start + (offsets[finding.end] ?? end - start),
  }));
}

const shortEscapes: Record<string, string> = { n: '\n', r: '\r', t: '\t', b: '\b', f: '\f' };

/** The text that an escaped one stands for, and for each of its units (and its end) where it stands in the escaped one. */
function decode(escaped: string): { decoded: string; offsets: Uint32Array } {
  const offsets = new Uint32Array(escaped.length + 1);
  const parts: string[] = [];
  let length = 0;
  const take = (piece: string, at: number) => {
    for (let unit = 0; unit < piece.length; unit++) offsets[length++] = at + unit;
    parts.push(piece);
  };
  let at = 0;
  for (let slash = escaped.indexOf('\\'); slash >= 0; slash = escaped.indexOf('\\', at)) {
    take(escaped.slice(at, slash), at);
    const { unit, size } = escapeAt(escaped, slash);
    offsets[length++] = slash;
    parts.push(unit);
    at = slash + size;
  }
  take(escaped.slice(at), at);
  offsets[length] = escaped.length;
  return { decoded: parts.join(''), offsets };
}

const escapeSize = (text: string, slash: number) =>
  /^[0-9a-f]{4}$/i.test(text[slash + 1] === 'u' ? text.slice(slash + 2, slash + 6) : '') ? 6 : 2;

function escapeAt(escaped: string, slash: number): { unit: string; size: number } {
  const sign = escaped[slash + 1] ?? '\\';
  if (escapeSize(escaped, slash) === 6)
    return { unit: String.fromCharCode(Number.parseInt(escaped.slice(slash + 2, slash + 6), 16)), size: 6 };
  return { unit: shortEscapes[sign] ?? sign, size: Math.min(2, escaped.length - slash) };
}

/** The part of a finding that lies in the string where it begins; outside of strings only numbers are findings. */
function within(text: string, finding: Finding, strings: readonly JsonString[]): Finding[] {
  const string = stringAround(strings, finding.start);
  if (!string) return /^-?\d[\d.]*$/.test(text.slice(finding.start, finding.end)) ? [finding] : [];
  const { start, end } = finding;
  // No half of an escape goes with the value and leaves the other.
  const from = start - intoEscape(text, start, string.start);
  const last = Math.min(end, string.end);
  const inEscape = intoEscape(text, last, string.start);
  const to = inEscape === 0 ? last : last - inEscape + escapeSize(text, last - inEscape);
  return to > from ? [{ ...finding, start: from, end: to }] : [];
}

/** How many units before a place the escape begins that goes on there; 0 between two. */
function intoEscape(text: string, at: number, from: number): number {
  for (let back = 1; back <= 5 && at - back >= from; back++) {
    if (text[at - back] !== '\\' || isEscapedAt(text, at - back, from)) continue;
    return back < escapeSize(text, at - back) ? back : 0;
  }
  return 0;
}

/** The last of the strings that begins at or before a place, when it reaches as far. */
function stringAround(strings: readonly JsonString[], at: number): JsonString | undefined {
  let [low, high] = [0, strings.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((strings[middle]?.start ?? 0) <= at) low = middle + 1;
    else high = middle;
  }
  const found = strings[low - 1];
  return found && at < found.end ? found : undefined;
}

/** What a part of a JSON string stands for; as it is where it is no whole part of one. */
export function readFromJson(part: string): string {
  return part.includes('\\') ? decode(part).decoded : part;
}

/** A text as the inside of a JSON string. */
export const writeInJson = (text: string): string => JSON.stringify(text).slice(1, -1);
