import { decodeChatResponse, encodeChatResponse } from './openai-chat-answer.ts';
import { decodeChatRequest } from './openai-chat-decode-request.ts';
import { encodeChatRequest } from './openai-chat-encode-request.ts';
import { addressChat, readChatFacts } from './openai-chat-facts.ts';
import { chatStreamPass } from './openai-chat-pass.ts';
import { chatStreamDecoder, chatStreamEncoder, chatStreamError } from './openai-chat-stream.ts';
import { chatRequestTexts, chatResponseTexts } from './openai-chat-texts.ts';
import { decodeOpenAiError, encodeOpenAiError } from './openai-errors.ts';
import { encodeOpenAiModel, encodeOpenAiModels, encodeOpenAiTokenCount } from './openai-models.ts';
import { decodeChatUsage } from './openai-usage.ts';
import type { Wire } from './wire.ts';

/** OpenAI's chat/completions, which local servers speak as well, some with `reasoning_content` for thoughts. */
export const openAiChat: Wire = {
  protocol: 'openai_chat',
  readFacts: readChatFacts,
  address: addressChat,
  requestTexts: chatRequestTexts,
  responseTexts: chatResponseTexts,
  readUsage: (body) => decodeChatUsage(body['usage']),
  decodeRequest: decodeChatRequest,
  encodeRequest: encodeChatRequest,
  decodeResponse: decodeChatResponse,
  encodeResponse: encodeChatResponse,
  streamDecoder: chatStreamDecoder,
  streamEncoder: chatStreamEncoder,
  streamPass: chatStreamPass,
  encodeError: encodeOpenAiError,
  decodeError: decodeOpenAiError,
  streamError: chatStreamError,
  encodeModels: encodeOpenAiModels,
  encodeModel: encodeOpenAiModel,
  encodeTokenCount: encodeOpenAiTokenCount,
};
