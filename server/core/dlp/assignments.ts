import { entropyOf } from './entropy.ts';
import type { Finding } from './finding.ts';
import { isFiller } from './fillers.ts';
import { isPublishedSample } from './published-samples.ts';

/** Words in a name that say that its value is a secret. */
const telling =
  /pass(?:w(?:or)?ds?|phrase|wd|code)?|pwd|secret|token|api[-_. ]?key|access[-_.]?key|private[-_.]?key|auth|credential|[a-z0-9][-_]key|[a-z]Key|_KEY|contribsys__com/i;

/** A registry's setting, which is looked for with its address. */
const npmSetting = /:_(?:authToken|auth|password)\s{0,3}$/;

/** From the sign to the end of the value. */
const valueAfter =
  /(?:=(?![=>~])|=>|={2,3}|:(?!:)=?|,(?=\s{0,3}["'])|>(?=\s))\s{0,20}(?:(?:bearer|basic|token|apikey)\s{1,3})?(?:"(?<double>[^"\n]{1,2000})"|'(?<single>[^'\n]{1,2000})'|`(?<tick>[^`\n]{1,2000})`|(?<bare>[^\s"'`<>]{1,2000}))/iy;

/** Names that contain a telling word and tell of something else. */
const otherNames =
  /(?:public|primary|foreign|schema|sequence|sort|partition|cache|map|hash|row|column|index|group|shared|object|registry|storage|session_store|translation|i18n|react|item|list|event|hot|short|arrow|enter|license_?plate)[-_]?keys?$|credentials?_?id|(?:token|key|secret|password|auth)[-_]?(?:id|ids|name|names|type|types|length|size|len|count|limit|url|uri|path|file|dir|field|format|header|version|label|title|hint|prompt|policy|rules?|expir\w*|ttl|endpoint|server|host|port|user|users|mode|method|scheme|provider|class|variable|ref|arn|icon|input|reset|strength|page|form|error|message|status|usage|s?_used|bucket|algorithm|alg|manager|store|service|factory|handler|callback)$|accessor|author(?!iz)|keyboard|keyword|keystroke|compass|bypass|passive|passenger|passed|passing|passthrough|secretary|tokeni[sz]e\w*|authenticat\w*$|tokens$|max_?token|min_?token|monkey|turkey|donkey|csrf/i;

/** What a value is when it is code: a call, a member, a type, a constant. */
const code =
  /^(?:[A-Za-z_$][\w$]*(?:(?:\.|::|->)[A-Za-z_$][\w$]*)+|[\w$.:]+[(<[].*|[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+|struct_\w+|(?:str|string|String|bytes|number|int|bool|boolean|any|object|Optional|Buffer|char|const|new|await|self|this|null|None|nil|true|false)\b.*)[;,)]*$/;

const template = /\$\{[\w.:-]+\}|\{\{\s{0,3}[\w.$|' -]+\s{0,3}\}\}|%\(\w+\)s/;

const isPassword = (name: string) => /pass(?!port)|pwd/i.test(name);
const isWeak = (name: string) =>
  !/pass|pwd|secret|token|api[-_. ]?key|access[-_.]?key|private[-_.]?key|credential|auth|contribsys/i.test(name);

/** Parts of those words that every name with one has in it. */
export const tellingWords = ['pass', 'pwd', 'secret', 'token', 'auth', 'credential', 'key', 'contribsys'];

/** What may stand between a name and its value. */
const joinsValue = new Set([...'=:>,'].map((sign) => sign.charCodeAt(0)));

const afterName =
  /["'`[\]]{0,3}[ \t\n]{0,12}(?<typed>(?::\s{0,3}[\w<>[\]| ]{1,40}|string|value)\s{0,3}(?==))?[?.+!:]{0,2}/y;

/** The signs after the end of a name that may give it a value: right after it, and after its type. */
export function signsAfter(text: string, end: number): number[] {
  afterName.lastIndex = end;
  const found = afterName.exec(text);
  if (!found) return [];
  const { typed = '' } = found.groups ?? {};
  const last = afterName.lastIndex;
  const places = typed.startsWith(':') ? [last - typed.length, last] : [last - 1, last];
  return places.filter((place) => place >= end && joinsValue.has(text.charCodeAt(place)));
}

/** A value without quotes, which may hold what looks like further names with values: up to where it goes, and how many were looked at. */
export type BareRun = { end: number; looks: number };

/** Each look reads the rest of the value, so a long one that is made of names is not looked at from each of them. */
const mostLooks = 8;

/** The secret that is assigned around a sign, when the name is telling and the value no word and no reference. */
export function assignedAt(text: string, at: number, run: BareRun): Finding | undefined {
  const isWithin = at < run.end;
  if (isWithin && run.looks >= mostLooks) return undefined;
  const name = tellingNameBefore(text, at);
  const given = name === undefined ? undefined : valueFrom(text, at);
  if (name === undefined || given === undefined) return undefined;
  const { value, start, last, isQuoted } = given;
  if (!isQuoted) {
    run.end = last;
    run.looks = isWithin ? run.looks + 1 : 1;
  }
  if (!isSecret({ name, value, isQuoted })) return undefined;
  const detector = isPassword(name) ? 'password' : 'assigned-secret';
  return { detector, class: 'secret', severity: 'high', start, end: start + value.length };
}

/** The value after a sign: where it starts, and where what was read of it ends. */
function valueFrom(text: string, at: number) {
  valueAfter.lastIndex = at;
  const found = valueAfter.exec(text);
  if (!found) return undefined;
  const groups = found.groups ?? {};
  const last = found.index + found[0].length;
  const quoted = groups['double'] ?? groups['single'] ?? groups['tick'];
  if (quoted !== undefined) return { value: quoted, start: last - 1 - quoted.length, last, isQuoted: true };
  const bare = groups['bare'] ?? '';
  return { value: bareValue(bare), start: last - bare.length, last, isQuoted: false };
}

function tellingNameBefore(text: string, at: number): string | undefined {
  const name = nameBefore(text, at);
  if (name === undefined || !telling.test(name)) return undefined;
  return npmSetting.test(text.slice(Math.max(0, at - 16), at)) ? undefined : name;
}

const mostName = 80;

const among = (units: string) => {
  const table = new Uint8Array(128);
  for (const unit of units) table[unit.charCodeAt(0)] = 1;
  return table;
};
const nameUnits = among('abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_$.-');
export const isNameUnit = (unit: number) => unit < 128 && nameUnits[unit] === 1;
const signs = among(':?.+!=');
const blanks = among(' \t\n');
const closers = among('"\'`[]');

/** The first index before `at` whose unit is not of the table, at most `most` units back. */
function backOver(text: string, at: number, { table, most }: { table: Uint8Array; most: number }): number {
  let index = at;
  while (index > 0 && at - index < most) {
    const unit = text.charCodeAt(index - 1);
    if (unit >= 128 || table[unit] !== 1) break;
    index--;
  }
  return index;
}

/** The name that stands before a sign, over its quotes and its type (`key: string =`, `key string =`). */
function nameBefore(text: string, at: number): string | undefined {
  const first = wordBefore(text, backOver(text, at, { table: signs, most: 3 }));
  if (first.name.length < 2) return undefined;
  // <add key="name" value="…" />
  if (/^value$/i.test(first.name)) return wordBefore(text, first.start).name;
  const gap = backOver(text, first.start, { table: blanks, most: 3 });
  const isTyped = text[gap - 1] === ':' && text[at] === '=';
  if (!isTyped && !(first.name === 'string' && gap < first.start)) return first.name;
  const second = wordBefore(text, isTyped ? gap - 1 : gap);
  return second.name.length < 2 ? first.name : second.name;
}

function wordBefore(text: string, at: number): { name: string; start: number } {
  const blank = backOver(text, at, { table: blanks, most: 12 });
  const end = backOver(text, blank, { table: closers, most: 3 });
  const start = backOver(text, end, { table: nameUnits, most: mostName });
  return { name: text.slice(start, end), start };
}

/** Without the punctuation that ends a statement. */
const bareValue = (value: string) => value.replace(/(?:\\n.*|[;,)\]}]+)$/, '');

type Assigned = { name: string; value: string; isQuoted: boolean };

function isSecret({ name, value, isQuoted }: Assigned): boolean {
  if (isPublishedSample(value)) return false;
  if (otherNames.test(name) || isFiller(value) || !/[A-Za-z0-9]/.test(value) || isCode(value, isQuoted)) return false;
  if (/contribsys/i.test(name)) return /^[a-f0-9]{8}:[a-f0-9]{8}$/.test(value);
  // The vendor's keys have one form, which is looked for by itself.
  if (/telegram/i.test(name) && /^\d+:/.test(value)) return false;
  if (isPassword(name)) return isPasswordLike(value, isQuoted);
  return isWeak(name) ? isKeyLike(value) : isTokenLike(value);
}

const isCode = (value: string, isQuoted: boolean) =>
  code.test(value) ||
  (isQuoted ? template.test(value) || /^[a-z]+:\/\/|^[\w.-]+\s*[:=]\s*$/i.test(value) : value.includes('://'));

/** A word alone is a label ("password": "Password") or a type; people choose worse, and say so in a sentence. */
function isPasswordLike(value: string, isQuoted: boolean): boolean {
  if (value.length < 5 || value.length > 128) return false;
  const isWord = /^[A-Z]?[a-z]+$/.test(value);
  if (isWord)
    return (
      isQuoted &&
      value.length >= 9 &&
      !/^(?:pass|passwd|passphrase|password|secret|required|invalid|forgot)/i.test(value)
    );
  if (/^[a-z]+(?:[ -][a-z]+){2,}[.?!]?$/i.test(value)) return false;
  return isQuoted || /\d|[^\w\s]/.test(value);
}

function isTokenLike(value: string): boolean {
  if (value.length < 8 || value.length > 2_000) return false;
  if (/\s/.test(value))
    return /[^\w\s.,!?'-]/.test(value) || /\d/.test(value) || (value.split(' ').length > 2 && !/^[A-Z]/.test(value));
  if (/^[a-z]+(?:[-_.:][a-z]+)*$/i.test(value))
    return value.length >= 20 && entropyOf(value) > 3.7 && !/[-_.:]/.test(value);
  if (/^[\w.-]+\/[\w./-]+$/.test(value) && !/\d{3}/.test(value)) return false;
  return entropyOf(value) >= 2.3;
}

function isKeyLike(value: string): boolean {
  if (value.length < 16 || !/\d/.test(value) || !/[a-z]/i.test(value) || /\s/.test(value)) return false;
  if (/^[A-Z][A-Za-z]*(?:[_-][A-Z0-9][A-Za-z0-9]*)+$/.test(value)) return false;
  return entropyOf(value) >= 3.6;
}

/** A literal that is compared with a name: `"…" == password`. */
export function comparedAt(text: string, at: number): Finding | undefined {
  const start = backOver(text, at, { table: nameUnits, most: mostName });
  if (text[backOver(text, start, { table: blanks, most: 3 }) - 1] !== '=') return undefined;
  const name = nameFrom(text, start);
  if (!telling.test(name)) return undefined;
  const before = text.slice(Math.max(0, start - 200), start);
  const value = /(["'`])(?<value>(?:(?!\1)[^\n]){4,150})\1\s{0,3}[!=]==?\s{0,3}$/.exec(before)?.groups?.['value'];
  if (value === undefined || !isSecret({ name, value, isQuoted: true })) return undefined;
  const first = start - before.length + before.lastIndexOf(value);
  const detector = isPassword(name) ? 'password' : 'assigned-secret';
  return { detector, class: 'secret', severity: 'high', start: first, end: first + value.length };
}

function nameFrom(text: string, start: number): string {
  let end = start;
  while (end < text.length && end - start < mostName && isNameUnit(text.charCodeAt(end))) end++;
  return text.slice(start, end);
}
