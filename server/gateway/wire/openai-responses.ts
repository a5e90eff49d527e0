import { decodeOpenAiError, encodeOpenAiError } from './openai-errors.ts';
import { encodeOpenAiModel, encodeOpenAiModels, encodeOpenAiTokenCount } from './openai-models.ts';
import { decodeResponsesResponse, encodeResponsesResponse } from './openai-responses-answer.ts';
import { decodeResponsesRequest } from './openai-responses-decode-request.ts';
import { responsesStreamDecoder } from './openai-responses-decode-stream.ts';
import { encodeResponsesRequest } from './openai-responses-encode-request.ts';
import { responsesStreamEncoder, responsesStreamError } from './openai-responses-encode-stream.ts';
import { readResponsesFacts } from './openai-responses-facts.ts';
import { responsesStreamPass } from './openai-responses-pass.ts';
import { responsesRequestTexts, responsesResponseTexts } from './openai-responses-texts.ts';
import { decodeResponsesUsage } from './openai-usage.ts';
import type { Wire } from './wire.ts';

/** OpenAI's Responses. What OpenAI keeps on its server reaches only OpenAI. */
export const openAiResponses: Wire = {
  protocol: 'openai_responses',
  readFacts: readResponsesFacts,
  address: (body, model) => {
    body['model'] = model;
  },
  requestTexts: responsesRequestTexts,
  responseTexts: responsesResponseTexts,
  readUsage: (body) => decodeResponsesUsage(body['usage']),
  decodeRequest: decodeResponsesRequest,
  encodeRequest: encodeResponsesRequest,
  decodeResponse: decodeResponsesResponse,
  encodeResponse: encodeResponsesResponse,
  streamDecoder: responsesStreamDecoder,
  streamEncoder: responsesStreamEncoder,
  streamPass: responsesStreamPass,
  encodeError: encodeOpenAiError,
  decodeError: decodeOpenAiError,
  streamError: responsesStreamError,
  encodeModels: encodeOpenAiModels,
  encodeModel: encodeOpenAiModel,
  encodeTokenCount: encodeOpenAiTokenCount,
};
