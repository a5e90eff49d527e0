import { isObject } from './members.ts';
import { objectsOf, readTexts, readToolTexts } from './openai-texts.ts';
import { jsonPlace, textPlace, type Speaker } from './text-place.ts';
import type { JsonObject, TextPlace, TextRole } from './wire.ts';

/** Members of a request that steer the model and hold no text for it. */
const steering: ReadonlySet<string> = new Set([
  'model',
  'audio',
  'function_call',
  'modalities',
  'prompt_cache_retention',
  'reasoning_effort',
  'service_tier',
  'stream_options',
  'tool_choice',
  'verbosity',
]);

/** Members of a request that are read by rules of their own. */
const ownRules: ReadonlySet<string> = new Set(['messages', 'tools', 'functions', 'response_format']);

const roles: Readonly<Record<string, TextRole>> = {
  system: 'system',
  developer: 'system',
  user: 'user',
  assistant: 'assistant',
  tool: 'tool_result',
  function: 'tool_result',
};

/** Every text of a request of chat/completions that the model would read or the provider would keep. */
export function chatRequestTexts(body: JsonObject): TextPlace[] {
  const places: TextPlace[] = [];
  for (const tool of [...objectsOf(body['tools']), ...objectsOf(body['functions'])]) readToolTexts(tool, places);
  const toolNames = new Map<string, string>();
  for (const message of objectsOf(body['messages'])) readMessage(message, places, toolNames);
  if (isObject(body['response_format'])) places.push(jsonPlace(body, 'response_format', { role: 'tool_definition' }));
  for (const member of Object.keys(body)) {
    if (!ownRules.has(member) && !steering.has(member)) readTexts(body, member, { speaker: { role: 'user' }, places });
  }
  return places;
}

/** Every text of a whole answer. */
export function chatResponseTexts(body: JsonObject): TextPlace[] {
  const places: TextPlace[] = [];
  for (const { message } of objectsOf(body['choices'])) if (isObject(message)) readAnswer(message, places);
  return places;
}

function readAnswer(message: JsonObject, places: TextPlace[]): void {
  for (const [member, role] of answerTexts) {
    if (typeof message[member] === 'string') places.push(textPlace(message, member, { role }));
  }
  readCalls(message, places, new Map());
}

const answerTexts: readonly (readonly [string, TextRole])[] = [
  ['reasoning_content', 'thinking'],
  ['reasoning', 'thinking'],
  ['content', 'assistant'],
  ['refusal', 'assistant'],
];

const ownMembers: ReadonlySet<string> = new Set([
  'role',
  'name',
  'tool_calls',
  'function_call',
  'tool_call_id',
  'audio',
]);

function readMessage(message: JsonObject, places: TextPlace[], toolNames: Map<string, string>): void {
  const speaker = speakerOf(message, toolNames);
  for (const member of Object.keys(message)) {
    if (ownMembers.has(member)) continue;
    const isThought = member === 'reasoning_content' || member === 'reasoning';
    readTexts(message, member, { speaker: isThought ? { role: 'thinking' } : speaker, places });
  }
  readCalls(message, places, toolNames);
}

function speakerOf(message: JsonObject, toolNames: ReadonlyMap<string, string>): Speaker {
  const { role, tool_call_id: callId, name } = message;
  const known = (typeof role === 'string' ? roles[role] : undefined) ?? 'user';
  if (known !== 'tool_result') return { role: known };
  const toolName = typeof callId === 'string' ? toolNames.get(callId) : typeof name === 'string' ? name : undefined;
  return {
    role: known,
    ...(toolName === undefined ? {} : { toolName }),
    ...(typeof callId === 'string' ? { callId } : {}),
  };
}

function readCalls(message: JsonObject, places: TextPlace[], toolNames: Map<string, string>): void {
  const legacy: JsonObject[] = isObject(message['function_call']) ? [{ function: message['function_call'] }] : [];
  for (const call of [...objectsOf(message['tool_calls']), ...legacy]) {
    const called = call['function'] ?? call['custom'];
    if (!isObject(called)) continue;
    const { name } = called;
    const callId = call['id'];
    if (typeof callId === 'string' && typeof name === 'string') toolNames.set(callId, name);
    const speaker: Speaker = {
      role: 'tool_arguments',
      ...(typeof name === 'string' ? { toolName: name } : {}),
      ...(typeof callId === 'string' ? { callId } : {}),
    };
    if (typeof called['arguments'] === 'string')
      places.push({ ...textPlace(called, 'arguments', speaker), isJson: true });
    // Some servers take them as they are.
    if (isObject(called['arguments'])) places.push(jsonPlace(called, 'arguments', speaker));
    if (typeof called['input'] === 'string') places.push(textPlace(called, 'input', speaker));
  }
}
