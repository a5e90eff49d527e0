import type { LlmProtocol } from '../core/llm-message.ts';
import { anthropicMessages } from './wire/anthropic-messages.ts';
import { openAiChat } from './wire/openai-chat.ts';
import { openAiResponses } from './wire/openai-responses.ts';
import type { Wire } from './wire/wire.ts';

const wires: Readonly<Record<LlmProtocol, Wire>> = {
  anthropic_messages: anthropicMessages,
  openai_responses: openAiResponses,
  openai_chat: openAiChat,
};

/** The reader and writer of a protocol. */
export function wireOf(protocol: LlmProtocol): Wire {
  return wires[protocol];
}
