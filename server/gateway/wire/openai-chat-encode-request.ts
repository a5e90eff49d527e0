import {
  Untranslatable,
  type LlmMessage,
  type LlmPart,
  type LlmRequest,
  type LlmTool,
} from '../../core/llm-message.ts';
import { forAnyServer } from './openai-chat-compatible.ts';
import { encodeEffort, encodeFile, encodeImageUrl, failedResult, jsonOf } from './openai-parts.ts';
import type { Dialect, Json, JsonObject } from './wire.ts';

const maxStops = 4;

/** A request in the form of chat/completions. @throws Untranslatable */
export function encodeChatRequest(request: LlmRequest, dialect: Dialect = 'original'): JsonObject {
  const body = encode(request);
  return dialect === 'compatible' ? forAnyServer(body) : body;
}

function encode(request: LlmRequest): JsonObject {
  const { maxOutputTokens, temperature, topP, seed, stop } = request;
  const effort = encodeEffort(request.thinking);
  if (stop !== undefined && stop.length > maxStops) {
    throw new Untranslatable(`stop_sequences: this model’s protocol takes ${maxStops} at most. Leave some out.`);
  }
  return {
    model: request.model,
    messages: request.messages.flatMap(encodeMessage),
    stream: request.stream,
    ...(request.stream ? { stream_options: { include_usage: true } } : {}),
    ...(maxOutputTokens === undefined ? {} : { max_completion_tokens: maxOutputTokens }),
    ...(temperature === undefined ? {} : { temperature }),
    ...(topP === undefined ? {} : { top_p: topP }),
    ...(seed === undefined ? {} : { seed }),
    ...(stop === undefined || stop.length === 0 ? {} : { stop: [...stop] }),
    ...(effort === undefined ? {} : { reasoning_effort: effort }),
    ...encodeTools(request),
    ...encodeFormat(request.format),
  };
}

function encodeTools({ tools, toolChoice, parallelToolCalls }: LlmRequest): JsonObject {
  if (tools === undefined || tools.length === 0) return {};
  return {
    tools: tools.map(encodeTool),
    ...(toolChoice === undefined ? {} : { tool_choice: encodeChoice(toolChoice) }),
    ...(parallelToolCalls === undefined ? {} : { parallel_tool_calls: parallelToolCalls }),
  };
}

function encodeTool({ name, description, parameters, strict }: LlmTool): JsonObject {
  return {
    type: 'function',
    function: {
      name,
      ...(description === undefined ? {} : { description }),
      parameters: jsonOf(parameters),
      ...(strict === undefined ? {} : { strict }),
    },
  };
}

function encodeChoice(choice: NonNullable<LlmRequest['toolChoice']>): Json {
  return typeof choice === 'string' ? choice : { type: 'function', function: { name: choice.name } };
}

function encodeFormat(format: LlmRequest['format']): JsonObject {
  if (format === undefined) return {};
  if (format.type === 'text') return { response_format: { type: 'text' } };
  if (format.type === 'json') return { response_format: { type: 'json_object' } };
  const { name, schema, strict } = format;
  const wanted = { name, schema: jsonOf(schema), ...(strict === undefined ? {} : { strict }) };
  return { response_format: { type: 'json_schema', json_schema: wanted } };
}

function encodeMessage({ role, parts }: LlmMessage): JsonObject[] {
  if (role === 'assistant') return encodeAssistant(parts);
  const results = parts.filter((part) => part.type === 'tool_result');
  const said = parts.filter((part) => part.type !== 'tool_result');
  // Results answer the calls of the turn before and stand right after it; what they show follows.
  const shown = results.flatMap(encodeShown);
  const content = [...shown, ...said.map(encodePart)];
  return [...results.map(encodeResult), ...(content.length === 0 ? [] : [{ role, content: plainContent(content) }])];
}

/** Many servers take one text only as a string. */
function plainContent(content: JsonObject[]): Json {
  const [only] = content;
  return content.length === 1 && only?.['type'] === 'text' ? (only['text'] ?? '') : content;
}

function encodePart(part: LlmPart): JsonObject {
  switch (part.type) {
    case 'text':
    case 'refusal':
      return { type: 'text', text: part.text };
    case 'image': {
      const detail = part.detail === undefined ? {} : { detail: part.detail };
      return { type: 'image_url', image_url: { url: encodeImageUrl(part.image), ...detail } };
    }
    case 'document':
      return { type: 'file', file: encodeFile(part) };
    case 'thinking':
    case 'tool_call':
    case 'tool_result':
      throw new Untranslatable(`A part of type "${part.type}" is in a turn where this model’s protocol has none.`);
  }
}

type Result = Extract<LlmPart, { type: 'tool_result' }>;

const isSaid = (part: LlmPart) => part.type === 'text' || part.type === 'refusal';

/** A result is text; what else it holds is shown by the user right after, and the text says so. */
function encodeResult({ callId, content, isError }: Result): JsonObject {
  const texts = content.flatMap((part) => (part.type === 'text' || part.type === 'refusal' ? [part.text] : []));
  const others = content.filter((part) => !isSaid(part)).length;
  const all = [
    ...(isError === true ? [failedResult] : []),
    ...texts,
    ...(others === 0
      ? []
      : [`[${others === 1 ? 'One attachment' : `${others} attachments`} of this result: see the next message]`]),
  ];
  return { role: 'tool', tool_call_id: callId, content: all.join('\n') };
}

function encodeShown({ callId, content }: Result): JsonObject[] {
  const shown = content.filter((part) => !isSaid(part));
  if (shown.length === 0) return [];
  return [{ type: 'text', text: `[Attached to the result of the call ${callId}]` }, ...shown.map(encodePart)];
}

/** Thoughts go back only to who takes them as plain text. */
function encodeAssistant(parts: readonly LlmPart[]): JsonObject[] {
  const thoughts = parts.flatMap((part) =>
    part.type === 'thinking' && part.proof?.protocol === 'openai_chat' ? [part.text] : [],
  );
  const calls = parts.flatMap((part) => (part.type === 'tool_call' ? [encodeCall(part)] : []));
  const said = parts.flatMap((part) => encodeSaid(part));
  if (said.length === 0 && calls.length === 0) return [];
  return [
    {
      role: 'assistant',
      content: said.length === 0 ? null : plainContent(said),
      ...(thoughts.length === 0 ? {} : { reasoning_content: thoughts.join('') }),
      ...(calls.length === 0 ? {} : { tool_calls: calls }),
    },
  ];
}

function encodeSaid(part: LlmPart): JsonObject[] {
  if (part.type === 'thinking' || part.type === 'tool_call') return [];
  return part.type === 'refusal' ? [{ type: 'refusal', refusal: part.text }] : [encodePart(part)];
}

export function encodeCall({ id, name, arguments: json }: Extract<LlmPart, { type: 'tool_call' }>): JsonObject {
  return { id, type: 'function', function: { name, arguments: json === '' ? '{}' : json } };
}
