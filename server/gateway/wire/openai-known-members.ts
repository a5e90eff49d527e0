import { isObject } from './members.ts';
import { kindOf, refuseUnknown } from './openai-parts.ts';
import { objectsOf } from './openai-texts.ts';
import type { Json, JsonObject } from './wire.ts';

/** The members that parts, calls, items and tools of a request may have towards another protocol; others are refused by name. */
type Known = Readonly<Record<string, ReadonlySet<string>>>;

/** Kinds, and hints: caching of prompts, states of items, who called. */
const always = ['type', 'cache_control', 'id', 'status', 'phase', 'caller'];
const members = (...names: string[]): ReadonlySet<string> => new Set([...always, ...names]);

const chatParts: Known = {
  text: members('text'),
  refusal: members('refusal'),
  image_url: members('image_url'),
  file: members('file'),
};
const chatCalls: Known = { function: members('index', 'function'), custom: members('index', 'custom') };
const chatTools: Known = { function: members('function'), custom: members('custom') };
const calledFunction = members('name', 'arguments');
const toolMembers = members('name', 'description', 'parameters', 'strict', 'format');

const items: Known = {
  message: members('role', 'content'),
  reasoning: members('summary', 'content', 'encrypted_content'),
  function_call: members('call_id', 'name', 'namespace', 'arguments'),
  custom_tool_call: members('call_id', 'name', 'namespace', 'input'),
  function_call_output: members('call_id', 'output'),
  custom_tool_call_output: members('call_id', 'output', 'name'),
};
const itemParts: Known = {
  input_text: members('text'),
  output_text: members('text', 'annotations', 'logprobs'),
  text: members('text', 'annotations'),
  refusal: members('refusal'),
  input_image: members('image_url', 'detail'),
  input_file: members('filename', 'file_data', 'detail'),
};
const itemTools: Known = {
  function: toolMembers,
  custom: toolMembers,
  namespace: members('name', 'description', 'tools'),
};

/** Kinds that the tables do not have are refused where they are read. */
function refuseIn(list: Json | undefined, known: Known, { path, kind }: { path: string; kind: string }): void {
  if (!Array.isArray(list)) return;
  for (const [at, value] of list.entries()) {
    if (!isObject(value)) continue;
    const names = known[value['type'] === undefined ? kind : kindOf(value)];
    if (names !== undefined) refuseUnknown(value, names, `${path}.${at}.`);
  }
}

/** @throws Untranslatable for a member of a message, part, call or tool of chat/completions that has no counterpart */
export function refuseChatMembers(body: JsonObject): void {
  refuseIn(body['tools'], chatTools, { path: 'tools', kind: 'function' });
  for (const [at, tool] of objectsOf(body['tools']).entries()) {
    const inner = tool['function'] ?? tool['custom'];
    if (isObject(inner)) refuseUnknown(inner, toolMembers, `tools.${at}.`);
  }
  for (const [at, message] of objectsOf(body['messages']).entries()) {
    const path = `messages.${at}`;
    refuseIn(message['content'], chatParts, { path: `${path}.content`, kind: 'text' });
    refuseIn(message['tool_calls'], chatCalls, { path: `${path}.tool_calls`, kind: 'function' });
    for (const { function: called } of objectsOf(message['tool_calls'])) {
      if (isObject(called)) refuseUnknown(called, calledFunction, `${path}.tool_calls.`);
    }
  }
}

/** @throws Untranslatable for a member of an item, part or tool of Responses that has no counterpart */
export function refuseResponsesMembers(body: JsonObject): void {
  refuseTools(body['tools'], 'tools');
  refuseIn(body['input'], items, { path: 'input', kind: 'message' });
  for (const [at, item] of objectsOf(body['input']).entries()) {
    for (const member of ['content', 'output']) {
      if (item['type'] === 'reasoning') continue;
      refuseIn(item[member], itemParts, { path: `input.${at}.${member}`, kind: 'text' });
    }
  }
}

function refuseTools(tools: Json | undefined, path: string): void {
  refuseIn(tools, itemTools, { path, kind: 'function' });
  for (const [at, tool] of objectsOf(tools).entries()) refuseTools(tool['tools'], `${path}.${at}.tools`);
}
