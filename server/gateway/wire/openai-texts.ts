import { isObject } from './members.ts';
import { flatName } from './openai-parts.ts';
import { filePlace, isTextFile, itemPlace, jsonPlace, textPlace, type Speaker } from './text-place.ts';
import type { Json, JsonObject, TextPlace } from './wire.ts';

/**
 * Finding texts in bodies of OpenAI's protocols. Members, parts and items that this version does not know are texts as well, so
 * that nothing leaves unseen because it is new.
 */

/** Members that hold no text for a model: kinds, references, and what only its maker can read. */
const opaque: ReadonlySet<string> = new Set([
  'type',
  'id',
  'role',
  'status',
  'phase',
  'call_id',
  'tool_call_id',
  'detail',
  'file_id',
  'encrypted_content',
]);

export function itemsOf(value: Json | undefined): Json[] {
  return Array.isArray(value) ? value : [];
}

export function objectsOf(value: Json | undefined): JsonObject[] {
  return itemsOf(value).filter(isObject);
}

/** A member that is a text, or holds texts however deep. */
export function readTexts(
  parent: JsonObject,
  member: string,
  reading: { speaker: Speaker; places: TextPlace[] },
): void {
  const value = parent[member];
  if (typeof value === 'string') {
    if (isEncoded(value)) readDataUrl(parent, member, reading);
    else reading.places.push(textPlace(parent, member, reading.speaker));
  } else if (Array.isArray(value)) readItems(value, reading);
  else if (isObject(value)) readObject(value, reading);
}

function readItems(items: Json[], reading: { speaker: Speaker; places: TextPlace[] }): void {
  for (const [at, item] of items.entries()) {
    if (typeof item === 'string') reading.places.push(itemPlace(items, at, reading.speaker));
    else if (Array.isArray(item)) readItems(item, reading);
    else if (isObject(item)) readObject(item, reading);
  }
}

function readObject(value: JsonObject, reading: { speaker: Speaker; places: TextPlace[] }): void {
  for (const member of Object.keys(value)) {
    // The bytes of a sound are no text.
    const isSound = value['type'] === 'input_audio' && member === 'input_audio';
    if (!opaque.has(member) && !isSound) readTexts(value, member, reading);
  }
}

/** The bytes of a file as an address, and nothing else. */
const encoded = /^data:([^,]{0,200});base64,[A-Za-z0-9+/=_\s-]*$/i;
const isEncoded = (text: string) => /^data:/i.test(text.slice(0, 5)) && encoded.test(text);

/** Files of text travel as base64; images, sounds and PDF are no text. */
function readDataUrl(
  parent: JsonObject,
  member: string,
  { speaker, places }: { speaker: Speaker; places: TextPlace[] },
) {
  const value = parent[member];
  const head = typeof value === 'string' ? value.slice(0, value.indexOf(',') + 1) : '';
  const mediaType = head.slice('data:'.length);
  if (isTextFile(mediaType)) places.push(filePlace(parent, member, { speaker, head, mediaType }));
}

/** What a tool says of itself: descriptions as texts, schemas as JSON. Tools within a namespace are read one by one. */
export function readToolTexts(tool: JsonObject, places: TextPlace[], namespace?: Json): void {
  const name = tool['name'];
  const toolName = typeof name === 'string' ? { toolName: flatName(namespace, name) } : {};
  const speaker: Speaker = { role: 'tool_definition', ...toolName };
  for (const member of Object.keys(tool)) {
    if (member === 'name' || opaque.has(member)) continue;
    const value = tool[member];
    if (member === 'function' || member === 'custom')
      for (const inner of objectsOf([value ?? null])) readToolTexts(inner, places);
    else if (member === 'tools') for (const inner of objectsOf(value)) readToolTexts(inner, places, name);
    else if (isObject(value)) places.push(jsonPlace(tool, member, speaker));
    else readTexts(tool, member, { speaker, places });
  }
}
