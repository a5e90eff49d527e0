import {
  Untranslatable,
  type LlmMessage,
  type LlmPart,
  type LlmRequest,
  type LlmTool,
} from '../../core/llm-message.ts';
import { encodeEffort, encodeFile, encodeImageUrl, failedResult, jsonOf } from './openai-parts.ts';
import type { Json, JsonObject } from './wire.ts';

/** The smallest limit that Responses takes. */
const minOutputTokens = 16;

/** A request in the form of Responses, without state on the server. @throws Untranslatable */
export function encodeResponsesRequest(request: LlmRequest): JsonObject {
  refuseSampling(request);
  const { maxOutputTokens, temperature, topP } = request;
  const { instructions, messages } = leadOf(request);
  return {
    model: request.model,
    ...(instructions === undefined ? {} : { instructions }),
    input: messages.flatMap(encodeMessage),
    stream: request.stream,
    store: false,
    ...(maxOutputTokens === undefined ? {} : { max_output_tokens: Math.max(minOutputTokens, maxOutputTokens) }),
    ...(temperature === undefined ? {} : { temperature }),
    ...(topP === undefined ? {} : { top_p: topP }),
    ...encodeReasoning(request.thinking),
    ...encodeTools(request),
    ...encodeFormat(request.format),
  };
}

function refuseSampling({ stop, seed }: LlmRequest): void {
  if (stop !== undefined && stop.length > 0) {
    throw new Untranslatable('stop_sequences: the protocol of this model has none. Leave them out.');
  }
  if (seed !== undefined) throw new Untranslatable('seed: the protocol of this model has none. Leave it out.');
}

/** One text of instructions at the beginning stands apart; more of them are a message, so that they stay apart from one another. */
function leadOf({ messages }: LlmRequest): { instructions?: string; messages: readonly LlmMessage[] } {
  for (const { role, parts } of messages) if (role === 'system') parts.forEach(refuseInstruction);
  const [first, second] = messages;
  const [text] = first?.parts ?? [];
  const isAlone = first?.role === 'system' && first.parts.length === 1 && second?.role !== 'system';
  return isAlone && text?.type === 'text' ? { instructions: text.text, messages: messages.slice(1) } : { messages };
}

function refuseInstruction(part: LlmPart): void {
  if (part.type === 'text') return;
  throw new Untranslatable(
    `Instructions to the model are text; a part of type "${part.type}" is none. Send it in a user message.`,
  );
}

/** A model that thinks gives its encrypted reasoning, which nobody else keeps. */
function encodeReasoning(thinking: LlmRequest['thinking']): JsonObject {
  if (thinking === undefined) return {};
  const effort = encodeEffort(thinking);
  const summary = thinking.isShown === false || effort === 'none' ? {} : { summary: 'auto' };
  return {
    reasoning: { ...(effort === undefined ? {} : { effort }), ...summary },
    ...(effort === 'none' ? {} : { include: ['reasoning.encrypted_content'] }),
  };
}

function encodeTools({ tools, toolChoice, parallelToolCalls }: LlmRequest): JsonObject {
  if (tools === undefined || tools.length === 0) return {};
  const choice: Json | undefined =
    typeof toolChoice === 'object' ? { type: 'function', name: toolChoice.name } : toolChoice;
  return {
    tools: tools.map(encodeTool),
    ...(choice === undefined ? {} : { tool_choice: choice }),
    ...(parallelToolCalls === undefined ? {} : { parallel_tool_calls: parallelToolCalls }),
  };
}

/** Schemas are strict here unless one says that they are not. */
function encodeTool({ name, description, parameters, strict }: LlmTool): JsonObject {
  return {
    type: 'function',
    name,
    ...(description === undefined ? {} : { description }),
    parameters: jsonOf(parameters),
    strict: strict ?? false,
  };
}

function encodeFormat(format: LlmRequest['format']): JsonObject {
  if (format === undefined) return {};
  if (format.type === 'text') return { text: { format: { type: 'text' } } };
  if (format.type === 'json') return { text: { format: { type: 'json_object' } } };
  const { name, schema, strict } = format;
  return {
    text: {
      format: { type: 'json_schema', name, schema: jsonOf(schema), ...(strict === undefined ? {} : { strict }) },
    },
  };
}

/** A turn as items, in the order of its parts; neighbouring parts of one message stay together. */
function encodeMessage({ role, parts }: LlmMessage): JsonObject[] {
  const items: JsonObject[] = [];
  let content: Json[] | undefined;
  for (const part of parts) {
    const item = encodeItem(part);
    if (item !== undefined) {
      content = undefined;
      items.push(...item);
      continue;
    }
    if (content === undefined) {
      content = [];
      items.push({ type: 'message', role: role === 'system' ? 'developer' : role, content });
    }
    content.push(encodePart(part, role));
  }
  return items;
}

/** Parts that are items of their own; undefined for what stands in a message. */
function encodeItem(part: LlmPart): JsonObject[] | undefined {
  switch (part.type) {
    case 'thinking':
      return encodeThought(part);
    case 'tool_call':
      return [{ type: 'function_call', call_id: part.id, name: part.name, arguments: part.arguments || '{}' }];
    case 'tool_result':
      return [{ type: 'function_call_output', call_id: part.callId, output: encodeOutput(part) }];
    default:
      return undefined;
  }
}

/** A thought goes back only with the proof that Responses itself gave it. */
function encodeThought({ text, proof }: Extract<LlmPart, { type: 'thinking' }>): JsonObject[] {
  if (proof?.protocol !== 'openai_responses') return [];
  return [
    {
      type: 'reasoning',
      ...(proof.id === undefined ? {} : { id: proof.id }),
      summary: text === '' ? [] : [{ type: 'summary_text', text }],
      encrypted_content: proof.value,
    },
  ];
}

function encodeOutput({ content, isError }: Extract<LlmPart, { type: 'tool_result' }>): Json {
  const [only] = content;
  const head: LlmPart[] = isError === true ? [{ type: 'text', text: failedResult }] : [];
  if (content.length === 0) return isError === true ? failedResult : '';
  if (content.length === 1 && only?.type === 'text')
    return isError === true ? `${failedResult}\n${only.text}` : only.text;
  return [...head, ...content].map((part) => encodePart(part, 'user'));
}

function encodePart(part: LlmPart, role: LlmMessage['role']): JsonObject {
  switch (part.type) {
    case 'text':
      return role === 'assistant'
        ? { type: 'output_text', text: part.text, annotations: [] }
        : { type: 'input_text', text: part.text };
    case 'refusal':
      return role === 'assistant' ? { type: 'refusal', refusal: part.text } : { type: 'input_text', text: part.text };
    case 'image':
      return {
        type: 'input_image',
        image_url: encodeImageUrl(part.image),
        ...(part.detail === undefined ? {} : { detail: part.detail }),
      };
    case 'document':
      return { type: 'input_file', ...encodeFile(part) };
    case 'thinking':
    case 'tool_call':
    case 'tool_result':
      throw new Untranslatable(
        `A part of type "${part.type}" is within a result, where this model’s protocol has none.`,
      );
  }
}
