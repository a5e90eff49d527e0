import {
  Untranslatable,
  type LlmFormat,
  type LlmMessage,
  type LlmPart,
  type LlmRequest,
  type LlmTool,
} from '../../core/llm-message.ts';
import {
  asArray,
  asObject,
  asString,
  invalidMember,
  isAbsent,
  optionalBoolean,
  optionalNumber,
  optionalString,
} from './members.ts';
import { refuseChatMembers } from './openai-known-members.ts';
import {
  decodeEffort,
  decodeFile,
  decodeFunctionTool,
  decodeImage,
  decodeTextTool,
  decodeToolChoice,
  kindOf,
  refuseUnknown,
  refuseUnless,
  wrapInput,
} from './openai-parts.ts';
import { present } from './present.ts';
import type { Json, JsonObject } from './wire.ts';

/** Members that the neutral vocabulary has words for. */
const translated = [
  'model',
  'messages',
  'stream',
  'tools',
  'tool_choice',
  'parallel_tool_calls',
  'max_completion_tokens',
  'max_tokens',
  'temperature',
  'top_p',
  'stop',
  'seed',
  'reasoning_effort',
  'response_format',
];

/** Members that are said to OpenAI and not to the model: storage, billing, caching, attribution, and the wish for more or fewer words. */
const hints = [
  'metadata',
  'moderation',
  'prompt_cache_key',
  'prompt_cache_options',
  'prompt_cache_retention',
  'safety_identifier',
  'service_tier',
  'store',
  'stream_options',
  'user',
  'verbosity',
];

/** Members that may stay as long as they ask for what happens anyway. */
const neutralValues: Readonly<Record<string, readonly Json[]>> = {
  n: [1],
  frequency_penalty: [0],
  presence_penalty: [0],
  logprobs: [false],
  top_logprobs: [0],
};

const known: ReadonlySet<string> = new Set([
  ...translated,
  ...hints,
  ...Object.keys(neutralValues),
  'modalities',
  'logit_bias',
]);

/** A request of chat/completions in the neutral vocabulary. @throws Untranslatable */
export function decodeChatRequest(body: JsonObject): LlmRequest {
  refuseUnknown(body, known);
  for (const [member, values] of Object.entries(neutralValues)) refuseUnless(body, member, values);
  refuseSound(body);
  refuseChatMembers(body);
  const effort = decodeEffort(body['reasoning_effort'], 'reasoning_effort');
  return {
    model: asString(body['model'], 'model'),
    messages: decodeMessages(asArray(body['messages'], 'messages')),
    stream: optionalBoolean(body['stream'], 'stream') ?? false,
    ...present({
      tools: isAbsent(body['tools']) ? undefined : asArray(body['tools'], 'tools').map(decodeTool),
      toolChoice: decodeToolChoice(body['tool_choice'], 'tool_choice'),
      parallelToolCalls: optionalBoolean(body['parallel_tool_calls'], 'parallel_tool_calls'),
      maxOutputTokens:
        optionalNumber(body['max_completion_tokens'], 'max_completion_tokens') ??
        optionalNumber(body['max_tokens'], 'max_tokens'),
      temperature: optionalNumber(body['temperature'], 'temperature'),
      topP: optionalNumber(body['top_p'], 'top_p'),
      stop: decodeStop(body['stop']),
      seed: optionalNumber(body['seed'], 'seed'),
      thinking: effort === undefined ? undefined : { effort },
      format: decodeFormat(body['response_format']),
    }),
  };
}

function refuseSound(body: JsonObject): void {
  const { modalities, logit_bias: bias } = body;
  const speaks = Array.isArray(modalities) && modalities.some((modality) => modality !== 'text');
  if (speaks) throw new Untranslatable('modalities: this model answers with text alone. Ask for text.');
  if (!isAbsent(bias) && Object.keys(asObject(bias, 'logit_bias')).length > 0) {
    throw new Untranslatable('logit_bias: the tokens of this model are others. Leave it out.');
  }
}

function decodeStop(stop: Json | undefined): string[] | undefined {
  if (isAbsent(stop)) return undefined;
  if (typeof stop === 'string') return [stop];
  return asArray(stop, 'stop').map((text, at) => asString(text, `stop.${at}`));
}

function decodeFormat(format: Json | undefined): LlmFormat | undefined {
  if (isAbsent(format)) return undefined;
  const wanted = asObject(format, 'response_format');
  switch (wanted['type']) {
    case 'text':
      return { type: 'text' };
    case 'json_object':
      return { type: 'json' };
    case 'json_schema': {
      const schema = asObject(wanted['json_schema'], 'response_format.json_schema');
      const strict = optionalBoolean(schema['strict'], 'response_format.json_schema.strict');
      return {
        type: 'schema',
        name: asString(schema['name'], 'response_format.json_schema.name'),
        schema: isAbsent(schema['schema']) ? {} : asObject(schema['schema'], 'response_format.json_schema.schema'),
        ...(strict === undefined ? {} : { strict }),
      };
    }
    default:
      throw invalidMember('response_format.type', 'text, json_object or json_schema is expected');
  }
}

function decodeTool(value: Json, at: number): LlmTool {
  const path = `tools.${at}`;
  const tool = asObject(value, path);
  const type = optionalString(tool['type'], `${path}.type`) ?? 'function';
  if (type !== 'function' && type !== 'custom') {
    throw new Untranslatable(`${path}: a tool of type "${type}" has no counterpart. Offer it as a function.`);
  }
  const inner = asObject(tool[type], `${path}.${type}`);
  const name = asString(inner['name'], `${path}.${type}.name`);
  return type === 'function' ? decodeFunctionTool(inner, name, path) : decodeTextTool(inner, name, path);
}

/** Results of calls that follow one another are one turn of the user. */
function decodeMessages(messages: Json[]): LlmMessage[] {
  const decoded: { message: LlmMessage; isResult: boolean }[] = [];
  for (const [at, value] of messages.entries()) {
    const message = asObject(value, `messages.${at}`);
    const isResult = message['role'] === 'tool';
    const next = decodeMessage(message, `messages.${at}`);
    const last = decoded.at(-1);
    if (isResult && last?.isResult === true) {
      last.message = { role: 'user', parts: [...last.message.parts, ...next.parts] };
    } else decoded.push({ message: next, isResult });
  }
  return decoded.map(({ message }) => message);
}

const assistantMembers = new Set([
  'role',
  'content',
  'refusal',
  'tool_calls',
  'reasoning_content',
  'reasoning',
  'annotations',
  'cache_control',
]);
const messageMembers = new Set(['role', 'content', 'cache_control']);
const resultMembers = new Set([...messageMembers, 'name', 'tool_call_id']);

function decodeMessage(message: JsonObject, path: string): LlmMessage {
  const { role } = message;
  const members = role === 'assistant' ? assistantMembers : role === 'tool' ? resultMembers : messageMembers;
  refuseUnknown(message, members, `${path}.`);
  switch (role) {
    case 'system':
    case 'developer':
      return { role: 'system', parts: decodeContent(message['content'], `${path}.content`) };
    case 'user':
      return { role, parts: decodeContent(message['content'], `${path}.content`) };
    case 'assistant':
      return { role, parts: decodeAssistant(message, path) };
    case 'tool': {
      const callId = asString(message['tool_call_id'], `${path}.tool_call_id`);
      const content = decodeContent(message['content'], `${path}.content`);
      return { role: 'user', parts: [{ type: 'tool_result', callId, content }] };
    }
    default:
      throw invalidMember(`${path}.role`, 'system, developer, user, assistant or tool is expected');
  }
}

/** What an assistant said, thought and called, in a request or in an answer. */
export function decodeAssistant(message: JsonObject, path: string): LlmPart[] {
  const thought = message['reasoning_content'] ?? message['reasoning'];
  const refusal = optionalString(message['refusal'], `${path}.refusal`);
  const calls = isAbsent(message['tool_calls']) ? [] : asArray(message['tool_calls'], `${path}.tool_calls`);
  return [
    ...(typeof thought === 'string' && thought !== '' ? [thoughtOf(thought)] : []),
    ...(isAbsent(message['content']) ? [] : decodeContent(message['content'], `${path}.content`)),
    ...(refusal === undefined || refusal === '' ? [] : [{ type: 'refusal' as const, text: refusal }]),
    ...calls.map((call, at) => decodeCall(call, `${path}.tool_calls.${at}`)),
  ];
}

/** Thoughts of chat/completions are plain text: whoever speaks it may be given them again. */
export function thoughtOf(text: string): LlmPart {
  return { type: 'thinking', text, proof: chatProof };
}

export const chatProof = { protocol: 'openai_chat', value: '' } as const;

function decodeCall(value: Json, path: string): LlmPart {
  const call = asObject(value, path);
  const type = optionalString(call['type'], `${path}.type`) ?? 'function';
  const inner = asObject(call[type === 'custom' ? 'custom' : 'function'], `${path}.${type}`);
  return {
    type: 'tool_call',
    id: asString(call['id'], `${path}.id`),
    name: asString(inner['name'], `${path}.name`),
    arguments:
      type === 'custom'
        ? wrapInput(asString(inner['input'], `${path}.input`))
        : asString(inner['arguments'], `${path}.arguments`),
  };
}

function decodeContent(content: Json | undefined, path: string): LlmPart[] {
  if (isAbsent(content) || content === '') return [];
  if (typeof content === 'string') return [{ type: 'text', text: content }];
  return asArray(content, path).map((value, at) => decodePart(asObject(value, `${path}.${at}`), `${path}.${at}`));
}

function decodePart(part: JsonObject, path: string): LlmPart {
  switch (part['type']) {
    case 'text':
      return { type: 'text', text: asString(part['text'], `${path}.text`) };
    case 'refusal':
      return { type: 'refusal', text: asString(part['refusal'], `${path}.refusal`) };
    case 'image_url': {
      const image = asObject(part['image_url'], `${path}.image_url`);
      return decodeImage(asString(image['url'], `${path}.image_url.url`), image['detail'], `${path}.image_url`);
    }
    case 'file':
      return decodeFile(asObject(part['file'], `${path}.file`), `${path}.file`);
    default:
      throw new Untranslatable(
        `${path}: a part of type "${kindOf(part)}" cannot be sent to a model of another protocol. Send text, images or files.`,
      );
  }
}
