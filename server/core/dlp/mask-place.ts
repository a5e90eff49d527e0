import type { Finding } from './finding.ts';
import { findInJson, readFromJson } from './json-text.ts';
import { scanText } from './scan.ts';
import type { Vault } from './vault.ts';

/** A part of a text that holds a value, and the value as the text's reader reads it. */
export type FoundValue = { class: string; detector: string; start: number; end: number; value: string };

/** What the detectors find in a text, which depends on nothing but the text. */
export function findIn(text: string, isJson: boolean, scan: (text: string) => readonly Finding[] = scanText) {
  return isJson ? findInJson(text, scan) : scan(text);
}

type Span = { start: number; end: number };
type Known = {
  findings: readonly Finding[];
  vault: Vault;
  /** Left out: values of all kinds. */
  masks?: (kind: { class: string; detector: string }) => boolean;
};

/**
 * The values in a text: what the detectors found, and what its scope knows already wherever it stands. What is masked is no
 * finding, and a finding that has a mask within stands for what both hide. In rising order, without overlaps.
 */
export function valuesIn(
  text: string,
  isJson: boolean,
  { findings: all, vault, masks = () => true }: Known,
): FoundValue[] {
  const findings = all.filter(masks);
  const known = vault.knownIn(text, isJson).filter(({ value }) => masks(value));
  if (findings.length === 0 && known.length === 0) return [];
  const masked = vault.placeholders.findAll(text);
  const places = [
    ...findings,
    ...known.map(({ start, end, value }) => ({ start, end, class: value.class, detector: value.detector })),
  ];
  const outside = aroundMasks(places, masked);
  return united(outside).map(({ class: of, detector, start, end }) => {
    const part = text.slice(start, end);
    return { class: of, detector, start, end, value: unmasked(isJson ? readFromJson(part) : part, vault) };
  });
}

/** Without what stands within a mask; what reaches over the edge of one takes it in. */
function aroundMasks<T extends Span>(places: readonly T[], masks: readonly Span[]): T[] {
  if (masks.length === 0) return [...places];
  const outside: T[] = [];
  let next = 0;
  for (const place of places.toSorted((a, b) => a.start - b.start)) {
    while ((masks[next]?.end ?? Infinity) <= place.start) next++;
    const around = { start: place.start, end: place.end };
    let isInside = false;
    for (let at = next; at < masks.length; at++) {
      const mask = masks[at];
      if (!mask || mask.start >= place.end) break;
      isInside ||= mask.start <= place.start && place.end <= mask.end;
      around.start = Math.min(around.start, mask.start);
      around.end = Math.max(around.end, mask.end);
    }
    if (!isInside) outside.push({ ...place, ...around });
  }
  return outside;
}

/** Those that overlap become one, named for the longest of them. */
function united<T extends Span>(places: readonly T[]): T[] {
  const kept: T[] = [];
  for (const place of places.toSorted((a, b) => a.start - b.start || b.end - a.end)) {
    const last = kept.at(-1);
    if (!last || place.start >= last.end) kept.push(place);
    else if (place.end > last.end)
      kept[kept.length - 1] = {
        ...(place.end - place.start > last.end - last.start ? place : last),
        start: last.start,
        end: place.end,
      };
  }
  return kept;
}

function unmasked(value: string, vault: Vault): string {
  return withReplaced(value, vault.placeholders.findAll(value), ({ value: known }) => known.value);
}

/** The text with something else in the place of its parts, which rise and do not overlap. */
export function withReplaced<T extends Span>(text: string, places: readonly T[], by: (place: T) => string): string {
  if (places.length === 0) return text;
  let [replaced, at] = ['', 0];
  for (const place of places) {
    replaced += text.slice(at, place.start) + by(place);
    at = place.end;
  }
  return replaced + text.slice(at);
}
