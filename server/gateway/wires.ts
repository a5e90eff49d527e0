import type { ClientProtocol, LlmProtocol } from '../core/llm-message.ts';
import { anthropicMessages } from './wire/anthropic-messages.ts';
import { gemini } from './wire/gemini.ts';
import { openAiChat } from './wire/openai-chat.ts';
import { openAiResponses } from './wire/openai-responses.ts';
import type { ClientWire, Wire } from './wire/wire.ts';

const wires: Readonly<Record<LlmProtocol, Wire>> = {
  anthropic_messages: anthropicMessages,
  openai_responses: openAiResponses,
  openai_chat: openAiChat,
};

/** The reader and writer of a protocol that providers speak. */
export function wireOf(protocol: LlmProtocol): Wire {
  return wires[protocol];
}

/** The reader and writer of what a client speaks. */
export function clientWireOf(protocol: ClientProtocol): ClientWire {
  return protocol === 'gemini' ? gemini : wires[protocol];
}
