import { AppError } from '../../core/errors.ts';
import type { LlmPart, LlmResponse, LlmStop } from '../../core/llm-message.ts';
import { asArray, asObject, asString, isAbsent } from './members.ts';
import { decodeAssistant } from './openai-chat-decode-request.ts';
import { encodeCall } from './openai-chat-encode-request.ts';
import { unwrapInput } from './openai-parts.ts';
import { decodeChatUsage, encodeChatUsage } from './openai-usage.ts';
import type { Json, JsonObject, ReplyForm } from './wire.ts';

const stops: Readonly<Record<string, LlmStop>> = {
  stop: 'end',
  length: 'length',
  tool_calls: 'tool_calls',
  function_call: 'tool_calls',
  content_filter: 'filtered',
};

/** A reason that this version does not know is an end: the answer is whole. */
export function decodeChatStop(reason: Json | undefined): LlmStop {
  return (typeof reason === 'string' ? stops[reason] : undefined) ?? 'end';
}

const reasons: Readonly<Record<LlmStop, string>> = {
  end: 'stop',
  length: 'length',
  tool_calls: 'tool_calls',
  stop_sequence: 'stop',
  refusal: 'stop',
  filtered: 'content_filter',
  paused: 'stop',
};

export function encodeChatStop(stop: LlmStop): string {
  return reasons[stop];
}

/** A whole answer of chat/completions in the neutral vocabulary. */
export function decodeChatResponse(body: JsonObject): LlmResponse {
  const choice = asObject(asArray(body['choices'], 'choices')[0], 'choices.0');
  const parts = decodeAssistant(asObject(choice['message'], 'choices.0.message'), 'choices.0.message');
  const usage = decodeChatUsage(body['usage']);
  const stop = decodeChatStop(choice['finish_reason']);
  return {
    id: asString(body['id'], 'id'),
    model: asString(body['model'], 'model'),
    parts,
    stop: endOf(stop, parts),
    ...(usage === undefined ? {} : { usage }),
  };
}

/** Some servers call it a plain end where tools are called; and a refusal has no reason of its own here. */
function endOf(stop: LlmStop, parts: readonly LlmPart[]): LlmStop {
  if (stop !== 'end') return stop;
  if (parts.some(({ type }) => type === 'tool_call')) return 'tool_calls';
  return parts.some(({ type }) => type === 'refusal') ? 'refusal' : stop;
}

/** An answer as chat/completions would give it. */
export function encodeChatResponse(response: LlmResponse, reply: ReplyForm): JsonObject {
  return {
    ...chatHead(response),
    object: 'chat.completion',
    choices: [
      {
        index: 0,
        message: encodeMessage(response.parts, reply),
        logprobs: null,
        finish_reason: encodeChatStop(response.stop),
      },
    ],
    usage: encodeChatUsage(response.usage),
  };
}

/** What every chunk of an answer repeats. */
export function chatHead({ id, model }: { id: string; model: string }): JsonObject {
  return { id, created: Math.floor(Date.now() / 1000), model };
}

function encodeMessage(parts: readonly LlmPart[], reply: ReplyForm): JsonObject {
  const thoughts = textsOf(parts, 'thinking');
  const calls = parts.flatMap((part) => (part.type === 'tool_call' ? [encodeAnswerCall(part, reply)] : []));
  for (const { type } of parts) refuseShown(type);
  return {
    role: 'assistant',
    content: textsOf(parts, 'text'),
    refusal: textsOf(parts, 'refusal'),
    ...(isAbsent(thoughts) || thoughts === '' ? {} : { reasoning_content: thoughts }),
    ...(calls.length === 0 ? {} : { tool_calls: calls }),
  };
}

export function refuseShown(type: LlmPart['type']): void {
  if (type !== 'image' && type !== 'document' && type !== 'tool_result') return;
  throw new AppError(
    'unsupported',
    `The model answered with a part of type "${type}", which chat/completions cannot show. Ask it for text.`,
  );
}

/** All texts of one kind as one, since a message has one; null without any. */
function textsOf(parts: readonly LlmPart[], type: 'text' | 'refusal' | 'thinking'): string | null {
  const texts = parts.flatMap((part) => (part.type === type ? [part.text] : []));
  return texts.length === 0 ? null : texts.join('');
}

export function encodeAnswerCall(call: Extract<LlmPart, { type: 'tool_call' }>, reply: ReplyForm): JsonObject {
  if (!reply.textTools.includes(call.name)) return encodeCall(call);
  return { id: call.id, type: 'custom', custom: { name: call.name, input: unwrapInput(call.arguments) } };
}
