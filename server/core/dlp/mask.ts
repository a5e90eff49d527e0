import type { Finding } from './finding.ts';

/**
 * A text with labels in the place of what was found. The same value has the same label everywhere in it, so what the text
 * says of it stays understandable.
 * @param findings in rising order, without overlaps
 */
export function maskText(text: string, findings: readonly Finding[]): string {
  const labels = new Map<string, string>();
  const counts = new Map<string, number>();
  let masked = '';
  let at = 0;
  for (const { detector, start, end } of findings) {
    const value = text.slice(start, end);
    const known = labels.get(value);
    const count = (counts.get(detector) ?? 0) + 1;
    if (known === undefined) counts.set(detector, count);
    const label = known ?? `<${detector}-${count}>`;
    labels.set(value, label);
    masked += text.slice(at, start) + label;
    at = end;
  }
  return masked + text.slice(at);
}
