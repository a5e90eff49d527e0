/**
 * The eight colours of participants, the same everywhere (cursor, avatar, gutter, audit). After Okabe and Ito's
 * palette for colour-blind eyes, darkened until white text on them has a contrast of at least 4.5 to 1.
 */
export const participantColours = [
  '#0b6aa8',
  '#a14a00',
  '#00724f',
  '#9a3c78',
  '#6b5b00',
  '#5b4bc4',
  '#b3261e',
  '#1f6f78',
] as const;

/** Stable per actor id: FNV-1a over its UTF-16 units, mixed so that ids with a common beginning fall apart. Agents go by their name. */
export function participantColour(actorId: string): string {
  let hash = 0x811c9dc5;
  for (let i = 0; i < actorId.length; i++) hash = Math.imul(hash ^ actorId.charCodeAt(i), 0x01000193);
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  hash ^= hash >>> 16;
  return participantColours[(hash >>> 0) % participantColours.length] ?? participantColours[0];
}
