import type { Json, JsonObject, TextPlace, TextRole } from './wire.ts';

/** Whose text it is. */
export type Speaker = { role: TextRole; toolName?: string; callId?: string };

/** A member that is a text. */
export function textPlace(parent: JsonObject, member: string, speaker: Speaker): TextPlace {
  const text = parent[member];
  return {
    ...speaker,
    text: typeof text === 'string' ? text : '',
    isJson: false,
    replace: (replacement) => {
      parent[member] = replacement;
    },
    stands: () => [parent, member],
  };
}

/** A text in a list. */
export function itemPlace(items: Json[], index: number, speaker: Speaker): TextPlace {
  const text = items[index];
  return {
    ...speaker,
    text: typeof text === 'string' ? text : '',
    isJson: false,
    replace: (replacement) => {
      items[index] = replacement;
    },
    stands: () => [items, index],
  };
}

/** A value that is JSON within JSON: its text is the JSON, and so is what replaces it. */
export function jsonPlace(parent: JsonObject, member: string, speaker: Speaker): TextPlace {
  return {
    ...speaker,
    text: JSON.stringify(parent[member]),
    isJson: true,
    replace: (replacement) => {
      const value: Json = JSON.parse(replacement);
      parent[member] = value;
    },
    stands: () => [parent, member],
  };
}

/** Types of files that are texts, which travel as base64 among others that are not. */
const textFile = /^(?:text\/|image\/svg\+xml|application\/(?:json|xml|yaml|x-yaml|javascript|toml)(?![\w.+-]))/i;
export const isTextFile = (mediaType: string): boolean => textFile.test(mediaType);

/** What is no base64 is the text itself, whatever stands beside it. */
const base64 = /^[A-Za-z0-9+/=_\s-]*$/;

/** The text of bytes whose type says that they are a file of text. */
export function namedFilePlaces(
  parent: JsonObject,
  { speaker, mediaType, data }: { speaker: Speaker; mediaType: Json | undefined; data: Json | undefined },
): TextPlace[] {
  if (typeof mediaType !== 'string' || typeof data !== 'string') return [];
  return isTextFile(mediaType) && base64.test(data) ? [filePlace(parent, 'data', { speaker, mediaType })] : [];
}

/** A file of text as base64, after what stands before its data. */
export function filePlace(
  parent: JsonObject,
  member: string,
  { speaker, head = '', mediaType }: { speaker: Speaker; head?: string; mediaType: string },
): TextPlace {
  const value = parent[member];
  const bytes = Buffer.from(typeof value === 'string' ? value.slice(head.length) : '', 'base64');
  const encoding = /charset="?utf-16(?:le)?\b/i.test(mediaType) ? 'utf16le' : 'utf8';
  return {
    ...speaker,
    text: bytes.toString(encoding),
    isJson: false,
    replace: (replacement) => {
      parent[member] = head + Buffer.from(replacement, encoding).toString('base64');
    },
    stands: () => [parent, member],
  };
}
