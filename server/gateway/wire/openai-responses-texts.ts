import { isObject } from './members.ts';
import { kindOf } from './openai-parts.ts';
import { calledTool } from './openai-responses-tools.ts';
import { objectsOf, readTexts, readToolTexts } from './openai-texts.ts';
import { jsonPlace, textPlace, type Speaker } from './text-place.ts';
import type { JsonObject, TextPlace } from './wire.ts';

/** Members of a request that steer the model and hold no text for it. */
const steering: ReadonlySet<string> = new Set([
  'model',
  'conversation',
  'include',
  'previous_response_id',
  'prompt_cache_retention',
  'reasoning',
  'service_tier',
  'stream_options',
  'tool_choice',
  'truncation',
]);

/** Members of a request that are read by rules of their own. */
const ownRules: ReadonlySet<string> = new Set(['instructions', 'input', 'tools', 'text']);

/** Every text of a request of Responses that the model would read or the provider would keep. */
export function responsesRequestTexts(body: JsonObject): TextPlace[] {
  const places: TextPlace[] = [];
  readTexts(body, 'instructions', { speaker: { role: 'system' }, places });
  for (const tool of objectsOf(body['tools'])) readToolTexts(tool, places);
  if (typeof body['input'] === 'string') places.push(textPlace(body, 'input', { role: 'user' }));
  readItems(objectsOf(body['input']), places);
  const { text } = body;
  if (isObject(text) && isObject(text['format'])) places.push(jsonPlace(text, 'format', { role: 'tool_definition' }));
  for (const member of Object.keys(body)) {
    if (!ownRules.has(member) && !steering.has(member)) readTexts(body, member, { speaker: { role: 'user' }, places });
  }
  return places;
}

/** Every text of a whole answer, which repeats the instructions. */
export function responsesResponseTexts(body: JsonObject): TextPlace[] {
  const places: TextPlace[] = [];
  readTexts(body, 'instructions', { speaker: { role: 'system' }, places });
  readItems(objectsOf(body['output']), places);
  return places;
}

/** The texts of one item of an answer. */
export function responsesItemTexts(item: JsonObject): TextPlace[] {
  const places: TextPlace[] = [];
  readItem(item, { places, toolNames: new Map() });
  return places;
}

function readItems(items: readonly JsonObject[], places: TextPlace[]): void {
  const toolNames = new Map<string, string>();
  for (const item of items) readItem(item, { places, toolNames });
}

type Reading = { places: TextPlace[]; toolNames: Map<string, string> };

function readItem(item: JsonObject, reading: Reading): void {
  const { places } = reading;
  const speaker = speakerOf(item, reading);
  for (const member of Object.keys(item)) {
    if (isReference(member, item)) continue;
    if (member === 'tools') for (const tool of objectsOf(item[member])) readToolTexts(tool, places);
    else if (member === 'arguments' && typeof item[member] === 'string')
      places.push({ ...textPlace(item, member, speaker), isJson: true });
    else if (isNamedCall(item) && isObject(item[member])) places.push(jsonPlace(item, member, speaker));
    else if (member === 'output') readTexts(item, member, { speaker: { ...speaker, role: 'tool_result' }, places });
    else readTexts(item, member, { speaker, places });
  }
}

/** What names a tool or is the bytes of an image. */
function isReference(member: string, item: JsonObject): boolean {
  const isCall = isNamedCall(item);
  return (
    isOpaque(member) ||
    (isCall && (member === 'name' || member === 'namespace' || member === 'caller')) ||
    (item['type'] === 'image_generation_call' && member === 'result')
  );
}

const isOpaque = (member: string) =>
  ['type', 'id', 'role', 'status', 'phase', 'call_id', 'encrypted_content'].includes(member);

const isNamedCall = ({ type }: JsonObject) => typeof type === 'string' && type.endsWith('_call');

function speakerOf(item: JsonObject, { toolNames }: Reading): Speaker {
  const { role } = item;
  const type = kindOf(item);
  const callId = [item['call_id'], item['id']].find((id) => typeof id === 'string') ?? '';
  if (isNamedCall(item)) {
    const toolName = calledTool(item) ?? type.replace(/_call$/, '');
    toolNames.set(callId, toolName);
    return { role: 'tool_arguments', toolName, callId };
  }
  if (type.endsWith('_output')) {
    const toolName = toolNames.get(callId);
    return { role: 'tool_result', ...(toolName === undefined ? {} : { toolName }), callId };
  }
  if (type === 'reasoning') return { role: 'thinking' };
  if (role === 'assistant') return { role };
  return { role: role === 'system' || role === 'developer' ? 'system' : 'user' };
}
