import { assignedAt, comparedAt, isNameUnit, signsAfter, tellingWords, type BareRun } from './assignments.ts';
import { documentAnchors, documentAtColon, tryDocument } from './documents.ts';
import { withoutOverlaps, type Finding } from './finding.ts';
import { formats, formatAt } from './formats.ts';
import { emailAt, ibanBefore, numberAt, phoneAt } from './personal-data.ts';
import { shapeAt, shortestShape } from './shapes.ts';
import { otherUnit, unitsOf } from './units.ts';
import { hashOfWindow, literalHit, nextHash, windowLength, windowTable, Windows, wordHit } from './windows.ts';

/** Looks at a place in a text, given where the window that brought it there begins. */
type Look = (text: string, start: number) => Finding | undefined;

const table = windowTable();
const windows = new Windows<Look>(table);
for (const format of formats)
  for (const anchor of format.anchors) windows.add(anchor, (text, start) => formatAt(format, text, start));
for (const { anchor, document } of documentAnchors)
  windows.add(anchor, (text, start) => tryDocument(document, text, start));

/** Telling words, whatever their case. */
for (const telling of tellingWords)
  for (const window of windowsOf(telling)) table[hashOfWindow(window)] = (table[hashOfWindow(window)] ?? 0) | wordHit;

/** A word of three letters stands in a window with the unit after it or, at the end of a text, before it. */
function windowsOf(word: string): string[] {
  if (word.length >= windowLength) return [word.slice(0, windowLength)];
  return [...'abcdefghijklmnopqrstuvwxyz0123456789_-."\'`= :]>?!,()\n\t\\'].map((unit) => word + unit);
}

/** Whether the table has anything, a bit each: small enough for a processor's nearest memory, where every unit of a text looks. */
const hitBits = new Uint8Array(table.length >>> 3);
for (const [hash, hit] of table.entries())
  if (hit !== 0) hitBits[hash >>> 3] = (hitBits[hash >>> 3] ?? 0) | (1 << (hash & 7));

const gap = 1;
const digit = 2;
const sign = 4;

/** What a unit is: part of a word (0), the beginning of a number perhaps, or the end of a word, some of them telling signs. */
const kinds = new Uint8Array(otherUnit + 1).fill(gap);
for (const unit of 'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_-.~') kinds[unit.charCodeAt(0)] = 0;
for (const unit of '0123456789') kinds[unit.charCodeAt(0)] = digit;
for (const unit of ':@+') kinds[unit.charCodeAt(0)] = gap | sign;

/** A scan on its way: what was found, and up to where names were looked at. */
type Scan = { text: string; units: Uint8Array; found: Finding[]; looked: number; run: BareRun; covered: number };

/**
 * Everything in a text that should not leave the company without a decision, in time linear in the text. One pass: each unit
 * costs two look-ups in tables, one for what it is and one for the window that ends with it. Only where one of them hits are
 * patterns tried, each of which is bounded.
 */
export function scanText(text: string): Finding[] {
  const units = unitsOf(text);
  const { length } = text;
  const [hits, kindOf] = [hitBits, kinds];
  const scan: Scan = { text, units, found: [], looked: 0, run: { end: 0, looks: 0 }, covered: 0 };
  let hash = 0;
  let lastGap = -1;
  for (let index = 0; index < length; index++) {
    const unit = units[index] ?? 0;
    hash = nextHash(hash, unit);
    if (((hits[hash >>> 3] ?? 0) & (1 << (hash & 7))) !== 0) lookAtWindow(scan, index, hash);
    const kind = kindOf[unit];
    if (kind === 0) continue;
    if (kind === digit) lookAtDigit(scan, index);
    else {
      if (index - lastGap > shortestShape) add(scan.found, shapeAt(text, lastGap + 1, index));
      lastGap = index;
      if (kind !== gap) lookAtSign(text, index, scan.found);
    }
  }
  if (length - lastGap > shortestShape) add(scan.found, shapeAt(text, lastGap + 1, length));
  return scan.found.length === 0 ? scan.found : withoutOverlaps(scan.found);
}

function lookAtWindow(scan: Scan, end: number, hash: number): void {
  const { text, found } = scan;
  const hit = table[hash] ?? 0;
  const start = end - windowLength + 1;
  if ((hit & literalHit) !== 0 && start >= scan.covered)
    for (const look of windows.at(text, end)) {
      const one = look(text, start);
      add(found, one);
      if (one && one.end - one.start > longFinding) scan.covered = Math.max(scan.covered, one.end);
    }
  if ((hit & wordHit) !== 0) scan.looked = lookAtName(scan, Math.max(start, scan.looked));
}

/** Within what is found as long as this nothing further is looked for, since each look may read as far. */
const longFinding = 256;

/** The first digit of a run may begin a number of its own, or be the check digit of an account's. */
function lookAtDigit({ text, units, found }: Scan, index: number): void {
  if (index > 0 && kinds[units[index - 1] ?? 0] === digit) return;
  add(found, numberAt(text, index) ?? ibanBefore(text, index));
}

function add(found: Finding[], finding: Finding | undefined): void {
  if (finding) found.push(finding);
}

function lookAtSign(text: string, index: number, found: Finding[]): void {
  const unit = text[index];
  if (unit === ':') add(found, documentAtColon(text, index));
  else add(found, unit === '@' ? emailAt(text, index) : phoneAt(text, index));
}

/**
 * A name with a telling word in it, and the sign after it that may give it a value.
 * @returns where the name ends: what is telling in it is looked at once
 */
function lookAtName({ text, found, run }: Scan, at: number): number {
  let end = at;
  while (end < text.length && isNameUnit(text.charCodeAt(end))) end++;
  if (end === at) return at;
  for (const sign of signsAfter(text, end)) {
    const assigned = assignedAt(text, sign, run);
    if (!assigned) continue;
    found.push(assigned);
    return end;
  }
  add(found, comparedAt(text, at));
  return end;
}
