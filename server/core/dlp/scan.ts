import { assignedAt, joinsValue } from './assignments.ts';
import { documentAtColon, findDocuments } from './documents.ts';
import { withoutOverlaps, type Finding } from './finding.ts';
import { formats, isRandomEnough, type Format } from './formats.ts';
import { personalDataAt, phoneAt } from './personal-data.ts';
import { isFiller } from './fillers.ts';
import { shapeOf } from './shapes.ts';

/** Everything in a text that should not leave the company without a decision. Takes time linear in the text. */
export function scanText(text: string): Finding[] {
  return withoutOverlaps([...findDocuments(text), ...findInWords(text)]);
}

const word = 1;
const at = 2;
const join = 4;
const colon = 8;
const plus = 16;

/** What each unit may be part of: words are letters, digits and what joins them inside keys, tokens and addresses. */
const kinds = new Uint8Array(128);
for (const unit of 'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-.~@')
  kinds[unit.charCodeAt(0)] = word;
kinds['@'.charCodeAt(0)] = word | at;
for (const unit of joinsValue) kinds[unit] = join;
kinds[':'.charCodeAt(0)] = join | colon;
kinds['+'.charCodeAt(0)] = plus;

/** Nothing shorter is recognised by its form alone. */
const shortestSecret = 18;
const shortestPersonal = 3;

/**
 * One pass over the units. Words that are long or may be data about people are looked at, and signs that may assign
 * something for the name before them. All else, which is nearly all of a program, costs a table look-up a unit.
 */
function findInWords(text: string): Finding[] {
  const findings: Finding[] = [];
  let start = -1;
  let seen = 0;
  for (let index = 0; index <= text.length; index++) {
    const unit = text.charCodeAt(index);
    const kind = unit < 128 ? (kinds[unit] ?? 0) : 0;
    if ((kind & word) !== 0) {
      if (start < 0) start = index;
      seen |= kind;
      continue;
    }
    if (start >= 0 && index - start >= shortestPersonal)
      lookAtWord(text, { start, end: index, hasAt: (seen & at) !== 0 }, findings);
    start = -1;
    seen = 0;
    if (kind !== 0) lookAtSign(text, { index, kind }, findings);
  }
  return findings;
}

function lookAtWord(text: string, given: { start: number; end: number; hasAt: boolean }, findings: Finding[]): void {
  const { start, end, hasAt } = given;
  const found = end - start >= shortestSecret ? formatIn(text, start, end) : undefined;
  const personal = found ? undefined : personalDataAt(text, start, hasAt);
  if (found) findings.push(found);
  else if (personal) findings.push(personal);
}

function lookAtSign(text: string, { index, kind }: { index: number; kind: number }, findings: Finding[]): void {
  if (kind === plus) {
    const found = phoneAt(text, index);
    if (found) findings.push(found);
    return;
  }
  const document = (kind & colon) !== 0 ? documentAtColon(text, index) : undefined;
  if (document) findings.push(document);
  const assigned = assignedAt(text, index);
  if (assigned) findings.push(assigned);
}

const escaped = (text: string) => text.replaceAll(/[.*+?^${}()|[\]\\/]/g, String.raw`\$&`);

/** Formats by anchor: one search over a word says which of them are worth trying, and where. */
const byAnchor = Map.groupBy(
  formats.flatMap((format) => format.anchors.map((anchor) => ({ anchor, format }))),
  ({ anchor }) => anchor,
);
const anchors = new RegExp(
  [...byAnchor.keys()]
    .toSorted((a, b) => b.length - a.length)
    .map(escaped)
    .join('|'),
  'g',
);

function formatIn(text: string, start: number, end: number): Finding | undefined {
  const whole = text.slice(start, end);
  anchors.lastIndex = 0;
  for (let hit = anchors.exec(whole); hit; hit = anchors.exec(whole)) {
    for (const { format } of byAnchor.get(hit[0]) ?? []) {
      const found = tryFormat(format, text, start + hit.index);
      if (found) return found;
    }
    anchors.lastIndex = hit.index + 1;
  }
  const shape = shapeOf(whole);
  if (!shape || isFiller(whole)) return undefined;
  return { detector: shape.id, class: 'secret', severity: shape.severity ?? 'high', start, end };
}

const isLetter = (unit: string | undefined) => unit !== undefined && /[A-Za-z0-9]/.test(unit);

function tryFormat(format: Format, text: string, index: number): Finding | undefined {
  const { pattern, id, severity = 'high' } = format;
  if (isLetter(text[index - 1])) return undefined;
  pattern.lastIndex = index;
  const found = pattern.exec(text)?.[0];
  if (found === undefined || !isRandomEnough(format, found)) return undefined;
  if (isFiller(found) && format.minEntropy !== undefined) return undefined;
  return { detector: id, class: 'secret', severity, start: index, end: index + found.length };
}
