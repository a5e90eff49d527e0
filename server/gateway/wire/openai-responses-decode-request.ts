import { Untranslatable, type LlmFormat, type LlmRequest } from '../../core/llm-message.ts';
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
import { refuseResponsesMembers } from './openai-known-members.ts';
import { decodeEffort, decodeToolChoice, refuseUnknown, refuseUnless } from './openai-parts.ts';
import { decodeInput } from './openai-responses-items.ts';
import { decodeResponsesTools } from './openai-responses-tools.ts';
import { present } from './present.ts';
import type { Json, JsonObject } from './wire.ts';

/** Members that the neutral vocabulary has words for. */
const translated = [
  'model',
  'input',
  'instructions',
  'stream',
  'tools',
  'tool_choice',
  'parallel_tool_calls',
  'max_output_tokens',
  'temperature',
  'top_p',
  'reasoning',
  'text',
];

/** Members that are said to OpenAI and not to the model: storage, billing, caching, attribution. */
const hints = [
  'client_metadata',
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
];

/** Members that may stay as long as they ask for what happens anyway. */
const neutralValues: Readonly<Record<string, readonly Json[]>> = {
  background: [false],
  top_logprobs: [0],
  truncation: ['disabled'],
};

const stored = ['previous_response_id', 'conversation', 'prompt'];

const known: ReadonlySet<string> = new Set([
  ...translated,
  ...hints,
  ...Object.keys(neutralValues),
  'include',
  ...stored,
]);

/** A request of Responses in the neutral vocabulary. @throws Untranslatable */
export function decodeResponsesRequest(body: JsonObject): LlmRequest {
  refuseUnknown(body, known);
  refuseStored(body);
  for (const [member, values] of Object.entries(neutralValues)) refuseUnless(body, member, values);
  refuseInclusions(body['include']);
  refuseResponsesMembers(body);
  return {
    model: asString(body['model'], 'model'),
    messages: decodeInput(optionalString(body['instructions'], 'instructions'), body['input']),
    stream: optionalBoolean(body['stream'], 'stream') ?? false,
    ...present({
      tools: decodeResponsesTools(body),
      toolChoice: decodeToolChoice(body['tool_choice'], 'tool_choice'),
      parallelToolCalls: optionalBoolean(body['parallel_tool_calls'], 'parallel_tool_calls'),
      maxOutputTokens: optionalNumber(body['max_output_tokens'], 'max_output_tokens'),
      temperature: optionalNumber(body['temperature'], 'temperature'),
      topP: optionalNumber(body['top_p'], 'top_p'),
      thinking: decodeReasoning(body['reasoning']),
      format: decodeFormat(body['text']),
    }),
  };
}

/** Only OpenAI keeps responses, conversations and prompts. */
function refuseStored(body: JsonObject): void {
  for (const member of stored) {
    if (isAbsent(body[member])) continue;
    throw new Untranslatable(
      `${member}: the provider of this model keeps no responses, conversations or prompts. Send the whole conversation in \`input\`.`,
    );
  }
}

/** Encrypted reasoning comes by itself; other additions to the answer come from tools and counts that only OpenAI has. */
function refuseInclusions(include: Json | undefined): void {
  if (isAbsent(include)) return;
  const other = asArray(include, 'include').find((one) => one !== 'reasoning.encrypted_content');
  if (other === undefined) return;
  throw new Untranslatable(`include: this model cannot add ${JSON.stringify(other)} to its answer. Leave it out.`);
}

/** How the model goes about thinking on the server is left to it. */
const reasoningMembers = new Set(['effort', 'summary', 'generate_summary', 'context', 'mode']);

function decodeReasoning(value: Json | undefined): LlmRequest['thinking'] {
  if (isAbsent(value)) return undefined;
  const reasoning = asObject(value, 'reasoning');
  refuseUnknown(reasoning, reasoningMembers, 'reasoning.');
  const effort = decodeEffort(reasoning['effort'], 'reasoning.effort');
  const summary = reasoning['summary'] ?? reasoning['generate_summary'];
  if (effort === undefined && isAbsent(summary)) return undefined;
  return { ...(effort === undefined ? {} : { effort }), ...(isAbsent(summary) ? {} : { isShown: summary !== 'none' }) };
}

function decodeFormat(value: Json | undefined): LlmFormat | undefined {
  if (isAbsent(value)) return undefined;
  const text = asObject(value, 'text');
  refuseUnknown(text, new Set(['format', 'verbosity']), 'text.');
  if (isAbsent(text['format'])) return undefined;
  const format = asObject(text['format'], 'text.format');
  switch (format['type']) {
    case 'text':
      return { type: 'text' };
    case 'json_object':
      return { type: 'json' };
    case 'json_schema': {
      const strict = optionalBoolean(format['strict'], 'text.format.strict');
      return {
        type: 'schema',
        name: asString(format['name'], 'text.format.name'),
        schema: asObject(format['schema'], 'text.format.schema'),
        ...(strict === undefined ? {} : { strict }),
      };
    }
    default:
      throw invalidMember('text.format.type', 'text, json_object or json_schema is expected');
  }
}
