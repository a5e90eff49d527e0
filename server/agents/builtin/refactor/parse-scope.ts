import type { Masked } from './mask-quotes.ts';

export type Scope = { scope: readonly string[]; line?: number } | { reason: string };

const everything =
  /^(?:everywhere|in\s+(?:all\s+(?:the\s+)?files|(?:the\s+)?(?:whole|entire)?\s*(?:project|repo(?:sitory)?|code\s?base|code)|every\s+file)|across\s+the\s+(?:project|repo(?:sitory)?|code\s?base))$/i;
const preposition =
  /^(?:in|inside|under|within|across|for|on|of|at|below)\s+(?:the\s+)?(?:(?:files?|folders?|director(?:y|ies))\s+)?/i;
const place = /^@?[\p{L}\p{N}_.@/*[\]()$+~-]+$/u;

/**
 * Reads where a request applies, from what follows the request itself: nothing, "in src", "@src/cart.ts", "in a.ts and b.ts".
 * Undefined when it is not a place at all.
 */
export function parseScope(rest: string, masked: Masked, options: { line?: boolean } = {}): Scope | undefined {
  const text = rest.trim();
  if (text === '' || everything.test(text)) return { scope: [] };
  const list = listed(text.replace(preposition, ''));
  const names = list.map((name) => masked.unwrap(name));
  const bareWords = !preposition.test(text);
  if (bareWords && names.some((name, at) => list[at] === name && !looksLikePath(name))) return undefined;
  return scopeOf(names, options);
}

const lastPlaces =
  /^(?<rest>.*\S)\s+(?:in|inside|under|within|across)\s+(?<places>(?:(?:the\s+)?(?:files?|folders?)\s+)?\S+(?:(?:\s*,\s*|\s+and\s+)\S+)*)$/is;
const lastMention = /^(?<rest>.*\S)\s+(?<places>@\S+)$/s;
const lastEverything = /^(?<rest>.*?)\s+(?<all>everywhere|(?:in|across)\s+(?:the\s+|all\s+|every\s+)[\p{L}\s]+)$/isu;

/** Splits "new code in src" where the last words are a place and the rest is not. */
export function splitScope(text: string, masked: Masked): { rest: string; scope: Scope } {
  const trimmed = text.trim();
  const whole: { rest: string; scope: Scope } = { rest: trimmed, scope: { scope: [] } };
  const all = lastEverything.exec(trimmed)?.groups;
  if (all !== undefined && everything.test(all['all'] ?? '')) return { ...whole, rest: all['rest'] ?? '' };
  const found = (lastPlaces.exec(trimmed) ?? lastMention.exec(trimmed))?.groups;
  if (found === undefined) return whole;
  const names = namesIn((found['places'] ?? '').replace(/^(?:the\s+)?(?:files?|folders?)\s+/i, ''), masked);
  // Code such as "for (x in list)" or "$KEY in $OBJECT" ends in something that is no path.
  if (!names.every(isPlace)) return whole;
  return { rest: found['rest'] ?? '', scope: scopeOf(names, {}) };
}

function isPlace(name: string): boolean {
  return place.test(name) && !/^\$+[A-Z_]/.test(name);
}

function namesIn(list: string, masked: Masked): string[] {
  return listed(list).map((name) => masked.unwrap(name));
}

function listed(list: string): string[] {
  return list.split(/\s*(?:,|\band\b|\s)\s*/i).filter((name) => name !== '');
}

function looksLikePath(name: string): boolean {
  return place.test(name) && (/[/.*@]/.test(name) || name === 'src');
}

function scopeOf(names: readonly string[], options: { line?: boolean }): Scope {
  const found: string[] = [];
  let line: number | undefined;
  for (const given of names) {
    const numbered = options.line ? /^(.+):(\d+)$/.exec(given) : null;
    if (numbered) line = Number(numbered[2]);
    const name = normalise(numbered?.[1] ?? given);
    if (name === undefined) return { reason: `${given} is not a path inside the project` };
    if (name === '') return { scope: [] };
    found.push(name);
  }
  return { scope: found, ...(line === undefined ? {} : { line }) };
}

/** A path relative to the root, without decoration; undefined when it leads out. Empty is the root. */
function normalise(given: string): string | undefined {
  const cleaned = given
    .replace(/^@(?=[\w./])/, '')
    .replace(/^\/work(?:\/|$)/, '')
    .replace(/[,;:!?]+$/, '')
    .replace(/\/\.$/, '');
  if (cleaned.startsWith('/') || !place.test(cleaned === '' ? '.' : cleaned)) return undefined;
  const parts = cleaned.split('/').filter((part) => part !== '' && part !== '.');
  return parts.includes('..') || parts.includes('.git') ? undefined : parts.join('/');
}
