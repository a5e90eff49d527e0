import { AppError } from '../core/errors.ts';
import type { LlmProtocol } from '../core/llm-message.ts';
import { anthropicMessages } from './wire/anthropic-messages.ts';
import { openAiChat } from './wire/openai-chat.ts';
import type { Wire } from './wire/wire.ts';

const wires: Partial<Record<LlmProtocol, Wire>> = {
  anthropic_messages: anthropicMessages,
  openai_chat: openAiChat,
};

/** The reader and writer of a protocol. */
export function wireOf(protocol: LlmProtocol): Wire {
  const wire = wires[protocol];
  if (!wire) throw new AppError('unsupported', 'The gateway does not speak this protocol.');
  return wire;
}
