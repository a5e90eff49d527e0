import { assignedAt, joinsValue } from './assignments.ts';
import { findDocuments } from './documents.ts';
import { withoutOverlaps, type Finding } from './finding.ts';
import { formats, isRandomEnough, type Format } from './formats.ts';
import { findPersonalData } from './personal-data.ts';
import { isPlaceholder } from './placeholders.ts';
import { shapeOf } from './shapes.ts';

/** Everything in a text that should not leave the company without a decision. Takes time linear in the text. */
export function scanText(text: string): Finding[] {
  return withoutOverlaps([...findDocuments(text), ...findInWords(text), ...findPersonalData(text)]);
}

/** Letters, digits and what joins them inside keys and tokens. */
const isWordUnit = new Uint8Array(128);
for (const unit of 'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-.~@')
  isWordUnit[unit.charCodeAt(0)] = 1;
const isJoin = new Uint8Array(128);
for (const unit of joinsValue) isJoin[unit] = 1;

/** Nothing shorter is recognised by its form alone. */
const shortestSecret = 18;

/**
 * One pass over the units. Long words are looked at for formats; signs that may assign something for a telling name before
 * them. All else, which is nearly all of a program, costs two table look-ups a unit.
 */
function* findInWords(text: string): Generator<Finding> {
  let start = -1;
  for (let at = 0; at <= text.length; at++) {
    const unit = text.charCodeAt(at);
    if (unit < 128 && isWordUnit[unit] === 1) {
      if (start < 0) start = at;
      continue;
    }
    if (start >= 0 && at - start >= shortestSecret) yield* findFormats(text, start, at);
    start = -1;
    if (unit < 128 && isJoin[unit] === 1) {
      const found = assignedAt(text, at);
      if (found) yield found;
    }
  }
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

function* findFormats(text: string, start: number, end: number): Generator<Finding> {
  const word = text.slice(start, end);
  anchors.lastIndex = 0;
  for (let hit = anchors.exec(word); hit; hit = anchors.exec(word)) {
    for (const { format } of byAnchor.get(hit[0]) ?? []) {
      const found = tryFormat(format, text, start + hit.index);
      if (found) return yield found;
    }
    anchors.lastIndex = hit.index + 1;
  }
  const shape = shapeOf(word);
  if (shape && !isPlaceholder(word))
    yield { detector: shape.id, class: 'secret', severity: shape.severity ?? 'high', start, end };
}

const isLetter = (unit: string | undefined) => unit !== undefined && /[A-Za-z0-9]/.test(unit);

function tryFormat(format: Format, text: string, index: number): Finding | undefined {
  const { pattern, id, severity = 'high' } = format;
  if (isLetter(text[index - 1])) return undefined;
  pattern.lastIndex = index;
  const found = pattern.exec(text)?.[0];
  if (found === undefined || !isRandomEnough(format, found)) return undefined;
  if (isPlaceholder(found) && format.minEntropy !== undefined) return undefined;
  return { detector: id, class: 'secret', severity, start: index, end: index + found.length };
}
