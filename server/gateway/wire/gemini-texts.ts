import { callIdsOf } from './gemini-call-ids.ts';
import { camel, camelName } from './gemini-members.ts';
import { isObject } from './members.ts';
import { itemPlace, jsonPlace, namedFilePlaces, textPlace, type Speaker } from './text-place.ts';
import type { Json, JsonObject, TextPlace } from './wire.ts';

/** Members that hold no text for a model: names, kinds, references, and what only its maker can read. */
const opaque: ReadonlySet<string> = new Set([
  'role',
  'id',
  'name',
  'mimeType',
  'thoughtSignature',
  'behavior',
  'scheduling',
  'mediaResolution',
]);

/** Members of a request that steer the model and hold no text for it. */
const steering: ReadonlySet<string> = new Set(['model', 'stream', 'toolConfig', 'safetySettings', 'serviceTier']);

type Reading = { speaker: Speaker; places: TextPlace[]; ids: ReadonlyMap<JsonObject, string> };

/**
 * Every text of a request that the model would read. Members and parts that this version does not know are texts as well, so that
 * nothing leaves unseen because it is new.
 */
export function geminiRequestTexts(body: JsonObject): TextPlace[] {
  const places: TextPlace[] = [];
  const reading: Reading = { speaker: { role: 'user' }, places, ids: callIdsOf(body['contents']) };
  for (const member of Object.keys(body)) {
    const name = camelName(member);
    if (steering.has(name)) continue;
    if (name === 'systemInstruction') readMember(body, member, { ...reading, speaker: { role: 'system' } });
    else if (name === 'tools') readMember(body, member, { ...reading, speaker: { role: 'tool_definition' } });
    else if (name === 'contents') readContents(body, member, reading);
    else if (name === 'generationConfig') readConfig(body[member], reading);
    else readMember(body, member, reading);
  }
  return places;
}

function readContents(body: JsonObject, member: string, reading: Reading): void {
  const contents = body[member];
  if (!Array.isArray(contents)) return readMember(body, member, reading);
  for (const [i, content] of contents.entries()) {
    if (typeof content === 'string') reading.places.push(itemPlace(contents, i, reading.speaker));
    if (!isObject(content)) continue;
    const role = content['role'] === 'model' ? 'assistant' : 'user';
    readObject(content, { ...reading, speaker: { role } });
  }
}

/** Schemas of an answer are JSON; the rest of the settings are texts where they are texts. */
function readConfig(config: Json | undefined, reading: Reading): void {
  if (!isObject(config)) return;
  for (const member of Object.keys(config)) {
    if (isSchema(member, config)) reading.places.push(jsonPlace(config, member, { role: 'tool_definition' }));
    else if (camelName(member) !== 'responseMimeType') readMember(config, member, reading);
  }
}

const isSchema = (member: string, holder: JsonObject) => /schema$/i.test(member) && isObject(holder[member]);

/** A member that is a text, parts, or anything that holds texts. */
function readMember(parent: JsonObject, member: string, reading: Reading): void {
  const value = parent[member];
  if (typeof value === 'string') reading.places.push(textPlace(parent, member, reading.speaker));
  else if (Array.isArray(value)) readItems(value, reading);
  else if (isObject(value)) readObject(value, reading);
}

function readItems(items: Json[], reading: Reading): void {
  for (const [i, item] of items.entries()) {
    if (typeof item === 'string') reading.places.push(itemPlace(items, i, reading.speaker));
    else if (Array.isArray(item)) readItems(item, reading);
    else if (isObject(item)) readObject(item, reading);
  }
}

function readObject(value: JsonObject, reading: Reading): void {
  if (reading.speaker.role === 'tool_definition' && typeof value['name'] === 'string')
    return readDeclaration(value, value['name'], reading);
  const inner = value['thought'] === true ? { ...reading, speaker: { role: 'thinking' as const } } : reading;
  for (const member of Object.keys(value)) {
    const name = camelName(member);
    if (opaque.has(name)) continue;
    const held = value[member];
    if (name === 'functionCall' && isObject(held)) readCall(held, inner);
    else if (name === 'functionResponse' && isObject(held)) readResult(held, inner);
    else if (name === 'inlineData' && isObject(held)) readInline(held, inner);
    else readMember(value, member, inner);
  }
}

/** What a tool says of itself: descriptions as texts, schemas as JSON. */
function readDeclaration(declaration: JsonObject, name: string, reading: Reading): void {
  const speaker: Speaker = { role: 'tool_definition', toolName: name };
  for (const member of Object.keys(declaration)) {
    if (opaque.has(camelName(member))) continue;
    if (isObject(declaration[member])) reading.places.push(jsonPlace(declaration, member, speaker));
    else readMember(declaration, member, { ...reading, speaker });
  }
}

function readCall(call: JsonObject, reading: Reading): void {
  const speaker: Speaker = { role: 'tool_arguments', ...toolOf(call, reading) };
  for (const member of Object.keys(call)) {
    if (opaque.has(member)) continue;
    if (isObject(call[member])) reading.places.push(jsonPlace(call, member, speaker));
    else readMember(call, member, { ...reading, speaker });
  }
}

/** What a tool answered is JSON, in which names tell of values, unless it is one text. */
function readResult(result: JsonObject, reading: Reading): void {
  const speaker: Speaker = { role: 'tool_result', ...toolOf(result, reading) };
  for (const member of Object.keys(result)) {
    if (opaque.has(member)) continue;
    const held = result[member];
    if (member === 'response' && isObject(held) && !isOneText(held))
      reading.places.push(jsonPlace(result, member, speaker));
    else readMember(result, member, { ...reading, speaker });
  }
}

/** Under one of the names that Google's documentation gives it. */
function isOneText(response: JsonObject): boolean {
  const [member = '', another] = Object.keys(response);
  return (
    another === undefined &&
    ['output', 'error', 'result', 'content'].includes(member) &&
    typeof response[member] === 'string'
  );
}

function toolOf(call: JsonObject, { ids }: Reading): Pick<Speaker, 'toolName' | 'callId'> {
  const callId = ids.get(call);
  const { name } = call;
  return {
    ...(typeof name === 'string' ? { toolName: name } : {}),
    ...(callId === undefined ? {} : { callId }),
  };
}

/** Files of text travel as base64; images, sounds and PDF are no text. */
function readInline(inline: JsonObject, { speaker, places }: Reading): void {
  const { mimeType: mediaType, data } = camel(inline);
  places.push(...namedFilePlaces(inline, { speaker, mediaType, data }));
}
