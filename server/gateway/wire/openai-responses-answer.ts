import { AppError } from '../../core/errors.ts';
import type { LlmPart, LlmResponse, LlmStop } from '../../core/llm-message.ts';
import { asArray, asObject, asString, isObject } from './members.ts';
import { unwrapInput } from './openai-parts.ts';
import { decodeOutputItem } from './openai-responses-items.ts';
import { decodeResponsesUsage, encodeResponsesUsage } from './openai-usage.ts';
import { writeProof } from './proof-envelope.ts';
import type { JsonObject, ReplyForm } from './wire.ts';

/** A whole answer of Responses in the neutral vocabulary. */
export function decodeResponsesResponse(body: JsonObject): LlmResponse {
  if (isObject(body['error'])) {
    const { message } = body['error'];
    throw new AppError('unavailable', typeof message === 'string' ? message : 'The model’s server failed.');
  }
  const parts = asArray(body['output'], 'output').flatMap((item, at) =>
    decodeOutputItem(asObject(item, `output.${at}`), `output.${at}`),
  );
  const usage = decodeResponsesUsage(body['usage']);
  return {
    id: asString(body['id'], 'id'),
    model: asString(body['model'], 'model'),
    parts,
    stop: decodeResponsesStop(body, new Set(parts.map(({ type }) => type))),
    ...(usage === undefined ? {} : { usage }),
  };
}

/** Responses says why an answer is incomplete; of a complete one the parts tell the rest. */
export function decodeResponsesStop(body: JsonObject, types: ReadonlySet<LlmPart['type']>): LlmStop {
  const details = body['incomplete_details'];
  if (body['status'] === 'incomplete') {
    return isObject(details) && details['reason'] === 'content_filter' ? 'filtered' : 'length';
  }
  if (types.has('tool_call')) return 'tool_calls';
  return types.has('refusal') ? 'refusal' : 'end';
}

/** An answer as Responses would give it. */
export function encodeResponsesResponse(response: LlmResponse, reply: ReplyForm): JsonObject {
  return {
    ...responseObject(response),
    ...encodeResponsesEnd(response.stop),
    output: response.parts.map((part, at) => encodeOutputItem(part, { id: itemId(part, response.id, at), reply })),
    usage: encodeResponsesUsage(response.usage),
  };
}

/** A response as it begins: without output, and without repeating what was asked. */
export function responseObject({ id, model }: { id: string; model: string }): JsonObject {
  return {
    id: id.startsWith('resp_') ? id : `resp_${id}`,
    object: 'response',
    created_at: Math.floor(Date.now() / 1000),
    status: 'in_progress',
    background: false,
    error: null,
    incomplete_details: null,
    instructions: null,
    max_output_tokens: null,
    metadata: {},
    model,
    output: [],
    parallel_tool_calls: true,
    previous_response_id: null,
    store: false,
    temperature: null,
    tool_choice: 'auto',
    tools: [],
    top_p: null,
    truncation: 'disabled',
    usage: null,
  };
}

export function encodeResponsesEnd(stop: LlmStop): JsonObject {
  if (stop === 'length') return { status: 'incomplete', incomplete_details: { reason: 'max_output_tokens' } };
  if (stop === 'filtered') return { status: 'incomplete', incomplete_details: { reason: 'content_filter' } };
  return { status: 'completed', incomplete_details: null };
}

const prefixes: Readonly<Record<LlmPart['type'], string>> = {
  text: 'msg',
  refusal: 'msg',
  thinking: 'rs',
  tool_call: 'fc',
  image: 'item',
  document: 'item',
  tool_result: 'item',
};

/** The id of an item: the one that its maker knows it by, or a made one. */
export function itemId(part: LlmPart, responseId: string, at: number): string {
  if (part.type === 'thinking' && part.proof?.protocol === 'openai_responses' && part.proof.id !== undefined) {
    return part.proof.id;
  }
  return `${prefixes[part.type]}_${responseId.replace(/^resp_/, '')}_${at}`;
}

/** A part of an answer as an item that is whole. */
export function encodeOutputItem(part: LlmPart, { id, reply }: { id: string; reply: ReplyForm }): JsonObject {
  switch (part.type) {
    case 'text':
    case 'refusal':
      return { id, type: 'message', status: 'completed', role: 'assistant', content: [encodeMessagePart(part)] };
    case 'thinking': {
      const proof = writeProof('openai_responses', part);
      const summary = part.text === '' ? [] : [{ type: 'summary_text', text: part.text }];
      return { id, type: 'reasoning', summary, ...(proof === undefined ? {} : { encrypted_content: proof }) };
    }
    case 'tool_call':
      return { id, status: 'completed', ...encodeCall(part, reply) };
    case 'image':
    case 'document':
    case 'tool_result':
      throw new AppError(
        'unsupported',
        `The model answered with a part of type "${part.type}", which Responses cannot show here. Ask it for text.`,
      );
  }
}

function encodeCall(call: Extract<LlmPart, { type: 'tool_call' }>, reply: ReplyForm): JsonObject {
  const named = { call_id: call.id, ...(reply.namespaced[call.name] ?? { name: call.name }) };
  if (reply.textTools.includes(call.name)) {
    return { type: 'custom_tool_call', ...named, input: unwrapInput(call.arguments) };
  }
  return { type: 'function_call', ...named, arguments: call.arguments || '{}' };
}

export function encodeMessagePart(part: { type: 'text' | 'refusal'; text: string }): JsonObject {
  if (part.type === 'refusal') return { type: 'refusal', refusal: part.text };
  return { type: 'output_text', text: part.text, annotations: [], logprobs: [] };
}
