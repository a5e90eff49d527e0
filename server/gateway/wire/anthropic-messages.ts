import { decodeAnthropicResponse, encodeAnthropicResponse } from './anthropic-answer.ts';
import { decodeAnthropicRequest, hasAnthropicImages } from './anthropic-decode-request.ts';
import { encodeAnthropicRequest } from './anthropic-encode-request.ts';
import { anthropicStreamError, decodeAnthropicError, encodeAnthropicError } from './anthropic-errors.ts';
import { encodeAnthropicModel, encodeAnthropicModels, encodeAnthropicTokenCount } from './anthropic-models.ts';
import { anthropicStreamPass } from './anthropic-pass.ts';
import { anthropicStreamDecoder, anthropicStreamEncoder } from './anthropic-stream.ts';
import { anthropicRequestTexts, anthropicResponseTexts } from './anthropic-texts.ts';
import { decodeAnthropicUsage } from './anthropic-usage.ts';
import { asArray, asString, isObject, optionalBoolean, optionalNumber } from './members.ts';
import { plainReply, type JsonObject, type RequestFacts, type Wire } from './wire.ts';

function readFacts(body: JsonObject): RequestFacts {
  asArray(body['messages'], 'messages');
  const maxOutputTokens = optionalNumber(body['max_tokens'], 'max_tokens');
  return {
    model: asString(body['model'], 'model'),
    stream: optionalBoolean(body['stream'], 'stream') ?? false,
    ...(maxOutputTokens === undefined ? {} : { maxOutputTokens }),
    toolNames: toolNamesOf(body),
    hasImages: hasAnthropicImages(body),
    reply: plainReply,
  };
}

function toolNamesOf({ tools }: JsonObject): string[] {
  if (!Array.isArray(tools)) return [];
  return tools.flatMap((tool) => (isObject(tool) && typeof tool['name'] === 'string' ? [tool['name']] : []));
}

/** The Messages API of Anthropic, version 2023-06-01. */
export const anthropicMessages: Wire = {
  protocol: 'anthropic_messages',
  readFacts,
  address: (body, model) => {
    body['model'] = model;
  },
  requestTexts: anthropicRequestTexts,
  responseTexts: anthropicResponseTexts,
  readUsage: (body) => decodeAnthropicUsage(body['usage']),
  decodeRequest: decodeAnthropicRequest,
  encodeRequest: encodeAnthropicRequest,
  decodeResponse: decodeAnthropicResponse,
  encodeResponse: encodeAnthropicResponse,
  streamDecoder: anthropicStreamDecoder,
  streamEncoder: anthropicStreamEncoder,
  streamPass: anthropicStreamPass,
  encodeError: encodeAnthropicError,
  decodeError: decodeAnthropicError,
  encodeModels: encodeAnthropicModels,
  encodeModel: encodeAnthropicModel,
  encodeTokenCount: encodeAnthropicTokenCount,
  streamError: anthropicStreamError,
};
