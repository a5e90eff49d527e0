import {
  Untranslatable,
  type LlmImage,
  type LlmMessage,
  type LlmPart,
  type LlmRequest,
  type LlmTool,
} from '../../core/llm-message.ts';
import { encodeEffort, encodeThinking } from './anthropic-thinking.ts';
import { laterInstruction } from './later-instruction.ts';
import { parseObject } from './members.ts';
import type { Json, JsonObject } from './wire.ts';

/** Messages must be told a limit. Every model since Claude 4 may write as much. */
export const defaultMaxTokens = 32_000;

/** A request in the form of Messages. @throws Untranslatable */
export function encodeAnthropicRequest(request: LlmRequest): JsonObject {
  const lead = request.messages.findIndex(({ role }) => role !== 'system');
  const leading = lead === -1 ? request.messages : request.messages.slice(0, lead);
  const system = leading.flatMap(({ parts }) => parts.map(systemBlock));
  const maxTokens = request.maxOutputTokens ?? defaultMaxTokens;
  return {
    model: request.model,
    max_tokens: maxTokens,
    ...(system.length === 0 ? {} : { system }),
    messages: encodeMessages(lead === -1 ? [] : request.messages.slice(lead)),
    stream: request.stream,
    ...encodeSampling(request),
    ...encodeTools(request),
    ...encodeThinking({ ...request, maxTokens }),
    ...encodeOutputConfig(request),
  };
}

function systemBlock(part: LlmPart): JsonObject {
  if (part.type === 'text') return { type: 'text', text: part.text };
  throw new Untranslatable(
    `Instructions to the model are text; a part of type "${part.type}" is none. Send it in a user message.`,
  );
}

function encodeSampling({ temperature, topP, stop }: LlmRequest): JsonObject {
  if (temperature !== undefined && temperature > 1) {
    throw new Untranslatable(`temperature: ${temperature} is more than this model's protocol knows. Choose 0 to 1.`);
  }
  return {
    ...(temperature === undefined ? {} : { temperature }),
    ...(topP === undefined ? {} : { top_p: topP }),
    ...(stop === undefined || stop.length === 0 ? {} : { stop_sequences: [...stop] }),
  };
}

/**
 * Turns alternate, and the results of calls come first in theirs. Instructions in the middle of a conversation, which only
 * some models take, are said by the user under a heading.
 */
function encodeMessages(messages: readonly LlmMessage[]): Json[] {
  const turns: { role: 'user' | 'assistant'; blocks: JsonObject[] }[] = [];
  for (const { role, parts } of messages) {
    const blocks = role === 'system' ? parts.map(instruction) : parts.flatMap((part) => encodePart(part));
    if (blocks.length === 0) continue;
    const speaker = role === 'assistant' ? 'assistant' : 'user';
    const last = turns.at(-1);
    if (last?.role === speaker) last.blocks.push(...blocks);
    else turns.push({ role: speaker, blocks });
  }
  return turns.map(({ role, blocks }) => ({ role, content: role === 'user' ? resultsFirst(blocks) : blocks }));
}

function instruction(part: LlmPart): JsonObject {
  const { text } = systemBlock(part);
  return { type: 'text', text: `${laterInstruction}\n${typeof text === 'string' ? text : ''}` };
}

function resultsFirst(blocks: readonly JsonObject[]): JsonObject[] {
  const isResult = ({ type }: JsonObject) => type === 'tool_result';
  return [...blocks.filter(isResult), ...blocks.filter((block) => !isResult(block))];
}

/** A part as blocks; none for what Messages would not take back: thoughts of others, empty texts. */
function encodePart(part: LlmPart): JsonObject[] {
  switch (part.type) {
    case 'text':
    case 'refusal':
      return part.text === '' ? [] : [{ type: 'text', text: part.text }];
    case 'image':
      return [{ type: 'image', source: encodeImage(part.image) }];
    case 'document':
      return [encodeDocument(part)];
    case 'thinking':
      return encodeThought(part);
    case 'tool_call':
      return [{ type: 'tool_use', id: encodeCallId(part.id), name: part.name, input: encodeArguments(part.arguments) }];
    case 'tool_result':
      return [encodeResult(part)];
  }
}

function encodeImage(image: LlmImage): JsonObject {
  if (image.source === 'base64') return { type: 'base64', media_type: image.mediaType, data: image.data };
  return { type: 'url', url: image.url };
}

function encodeDocument({ mediaType, data, name }: Extract<LlmPart, { type: 'document' }>): JsonObject {
  const title = name === undefined ? {} : { title: name };
  if (mediaType === 'application/pdf') {
    return { type: 'document', source: { type: 'base64', media_type: mediaType, data }, ...title };
  }
  if (!mediaType.startsWith('text/')) {
    throw new Untranslatable(
      `A document of type ${mediaType} cannot be sent to this model: its protocol takes PDF and text. Send its text.`,
    );
  }
  const text = Buffer.from(data, 'base64').toString('utf8');
  return { type: 'document', source: { type: 'text', media_type: 'text/plain', data: text }, ...title };
}

/** A thought goes back only with the proof that Messages itself gave it. */
function encodeThought({ text, proof, redacted }: Extract<LlmPart, { type: 'thinking' }>): JsonObject[] {
  if (proof?.protocol !== 'anthropic_messages') return [];
  if (redacted === true) return [{ type: 'redacted_thinking', data: proof.value }];
  return [{ type: 'thinking', thinking: text, signature: proof.value }];
}

/** Ids of calls are of letters, digits, `_` and `-`; another is written as one, the same each time. */
function encodeCallId(id: string): string {
  return /^[a-zA-Z0-9_-]+$/.test(id) ? id : `call_${Buffer.from(id, 'utf8').toString('base64url')}`;
}

/** Arguments are an object. What a model wrote that is none stays readable for it, so that the conversation can go on. */
function encodeArguments(json: string): JsonObject {
  if (json.trim() === '') return {};
  return parseObject(json) ?? { malformed_arguments: json };
}

function encodeResult({ callId, content, isError }: Extract<LlmPart, { type: 'tool_result' }>): JsonObject {
  const blocks = content.flatMap((part) => encodePart(part));
  const [only] = blocks;
  const isText = blocks.length === 1 && only?.['type'] === 'text';
  return {
    type: 'tool_result',
    tool_use_id: encodeCallId(callId),
    ...(blocks.length === 0 ? {} : { content: isText ? (only['text'] ?? '') : blocks }),
    ...(isError === true ? { is_error: true } : {}),
  };
}

function encodeTools({ tools, toolChoice, parallelToolCalls }: LlmRequest): JsonObject {
  if (tools === undefined || tools.length === 0) return {};
  return { tools: tools.map(encodeTool), ...encodeToolChoice(toolChoice, parallelToolCalls) };
}

function encodeTool({ name, description, parameters, strict }: LlmTool): JsonObject {
  return {
    name,
    ...(description === undefined ? {} : { description }),
    input_schema: { ...jsonOf(parameters), type: 'object' },
    ...(strict === true ? { strict } : {}),
  };
}

/** A schema is JSON: it was read from a body. */
function jsonOf(schema: Readonly<Record<string, unknown>>): JsonObject {
  return parseObject(JSON.stringify(schema)) ?? {};
}

function encodeToolChoice(choice: LlmRequest['toolChoice'], parallel: boolean | undefined): JsonObject {
  if (choice === undefined && parallel !== false) return {};
  if (choice === 'none') return { tool_choice: { type: 'none' } };
  const alone = parallel === undefined ? {} : { disable_parallel_tool_use: !parallel };
  if (choice === 'required') return { tool_choice: { type: 'any', ...alone } };
  if (choice === undefined || choice === 'auto') return { tool_choice: { type: 'auto', ...alone } };
  return { tool_choice: { type: 'tool', name: choice.name, ...alone } };
}

function encodeOutputConfig(request: LlmRequest): JsonObject {
  const { format } = request;
  if (format?.type === 'json') {
    throw new Untranslatable(
      'response_format: this model’s protocol takes a JSON schema, and no JSON of any form. Send the schema of the answer (json_schema).',
    );
  }
  const schema = format?.type === 'schema' ? { format: { type: 'json_schema', schema: jsonOf(format.schema) } } : {};
  const config: JsonObject = { ...encodeEffort(request), ...schema };
  return Object.keys(config).length === 0 ? {} : { output_config: config };
}
