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
  };
}
