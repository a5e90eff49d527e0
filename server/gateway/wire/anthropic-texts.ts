import { isObject } from './members.ts';
import { itemPlace, jsonPlace, namedFilePlaces, textPlace, type Speaker } from './text-place.ts';
import type { Json, JsonObject, TextPlace, TextRole } from './wire.ts';

/** Members that hold no text for a model: names, references, and what only its maker can read. */
const opaque: ReadonlySet<string> = new Set([
  'type',
  'id',
  'name',
  'tool_use_id',
  'tool_name',
  'file_id',
  'media_type',
  'cache_control',
  'signature',
  'encrypted_content',
  'encrypted_index',
  'encrypted_stdout',
  'caller',
]);

/** Members of a request that steer the model and hold no text for it. */
const steering: ReadonlySet<string> = new Set([
  'model',
  'stream',
  'metadata',
  'thinking',
  'tool_choice',
  'cache_control',
  'service_tier',
  'inference_geo',
  'container',
  'betas',
  'speed',
]);

type Reading = { speaker: Speaker; places: TextPlace[]; toolNames: Map<string, string> };

/** Members of a request that are read by rules of their own. */
const ownRules: ReadonlySet<string> = new Set(['system', 'messages', 'tools', 'output_config']);

/**
 * Every text of a request that the model would read. Members and blocks that this version does not know are texts as well,
 * so that nothing leaves unseen because it is new.
 */
export function anthropicRequestTexts(body: JsonObject): TextPlace[] {
  const reading = { places: [], toolNames: new Map<string, string>() };
  readMember(body, 'system', { ...reading, speaker: { role: 'system' } });
  for (const tool of itemsOf(body['tools'])) readTool(tool, reading.places);
  for (const message of itemsOf(body['messages'])) {
    if (!isObject(message)) continue;
    for (const member of Object.keys(message)) {
      if (member !== 'role') readMember(message, member, { ...reading, speaker: { role: roleOf(message) } });
    }
  }
  readOutputConfig(body, reading.places);
  for (const member of Object.keys(body)) {
    if (ownRules.has(member) || steering.has(member)) continue;
    readMember(body, member, { ...reading, speaker: { role: 'user' } });
  }
  return reading.places;
}

function itemsOf(value: Json | undefined): Json[] {
  return Array.isArray(value) ? value : [];
}

function roleOf(message: JsonObject): TextRole {
  return message['role'] === 'assistant' || message['role'] === 'system' ? message['role'] : 'user';
}

/** Every text of a whole answer. Citations repeat what the request said and stay as they are. */
export function anthropicResponseTexts(body: JsonObject): TextPlace[] {
  const places: TextPlace[] = [];
  for (const block of itemsOf(body['content'])) {
    if (!isObject(block)) continue;
    if (typeof block['text'] === 'string') places.push(textPlace(block, 'text', { role: 'assistant' }));
    if (typeof block['thinking'] === 'string') places.push(textPlace(block, 'thinking', { role: 'thinking' }));
    if (isCall(block)) places.push(jsonPlace(block, 'input', callerOf(block)));
  }
  return places;
}

function isCall(block: JsonObject): boolean {
  return typeof block['type'] === 'string' && block['type'].endsWith('tool_use') && block['input'] !== undefined;
}

function callerOf({ id, name }: JsonObject): Speaker {
  return {
    role: 'tool_arguments',
    ...(typeof name === 'string' ? { toolName: name } : {}),
    ...(typeof id === 'string' ? { callId: id } : {}),
  };
}

function readTool(tool: Json, places: TextPlace[]): void {
  if (!isObject(tool)) return;
  const speaker: Speaker = {
    role: 'tool_definition',
    ...(typeof tool['name'] === 'string' ? { toolName: tool['name'] } : {}),
  };
  for (const member of Object.keys(tool)) {
    if (opaque.has(member)) continue;
    if (isObject(tool[member])) places.push(jsonPlace(tool, member, speaker));
    else readMember(tool, member, { speaker, places, toolNames: new Map() });
  }
}

function readOutputConfig({ output_config: config }: JsonObject, places: TextPlace[]): void {
  if (!isObject(config)) return;
  const speaker: Speaker = { role: 'tool_definition' };
  for (const member of Object.keys(config)) {
    if (member === 'effort') continue;
    if (isObject(config[member])) places.push(jsonPlace(config, member, speaker));
    else readMember(config, member, { speaker, places, toolNames: new Map() });
  }
}

/** A member that is a text, blocks, or anything that holds texts. */
function readMember(parent: JsonObject, member: string, reading: Reading): void {
  const value = parent[member];
  if (typeof value === 'string') reading.places.push(textPlace(parent, member, reading.speaker));
  else if (Array.isArray(value)) readItems(value, reading);
  else if (isObject(value)) readBlock(value, reading);
}

function readItems(items: Json[], reading: Reading): void {
  for (const [i, item] of items.entries()) {
    if (typeof item === 'string') reading.places.push(itemPlace(items, i, reading.speaker));
    else if (Array.isArray(item)) readItems(item, reading);
    else if (isObject(item)) readBlock(item, reading);
  }
}

function readBlock(block: JsonObject, reading: Reading): void {
  const { type, id, name } = block;
  const { places, speaker } = reading;
  const isOpaque = type === 'redacted_thinking' || type === 'base64';
  if (type === 'base64')
    places.push(...namedFilePlaces(block, { speaker, mediaType: block['media_type'], data: block['data'] }));
  const callsTool = isCall(block);
  if (callsTool) {
    if (typeof id === 'string' && typeof name === 'string') reading.toolNames.set(id, name);
    places.push(jsonPlace(block, 'input', callerOf(block)));
  }
  const inner = { ...reading, speaker: innerSpeaker(block, reading) };
  for (const member of Object.keys(block)) {
    if (opaque.has(member) || (callsTool && member === 'input') || (isOpaque && member === 'data')) continue;
    readMember(block, member, inner);
  }
}

function innerSpeaker(block: JsonObject, { speaker, toolNames }: Reading): Speaker {
  if (block['type'] === 'thinking') return { role: 'thinking' };
  if (block['type'] === 'mid_conv_system') return { role: 'system' };
  const callId = block['tool_use_id'];
  if (typeof callId !== 'string') return speaker;
  const toolName = toolNames.get(callId);
  return { role: 'tool_result', callId, ...(toolName === undefined ? {} : { toolName }) };
}
