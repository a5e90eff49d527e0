import type { Request } from './asked.ts';
import type { Draft } from './draft.ts';
import { sendJson } from './reply.ts';
import { protocolFor } from './route-request.ts';
import { encodeAnthropicTokenCount } from './wire/anthropic-models.ts';

/** Only Messages counts tokens; a target of another protocol is spared the question. */
export function isCountedHere({ asked, wire }: Request, { targets }: Draft): boolean {
  if (asked.operation !== 'count_tokens') return false;
  return targets.every((target) => protocolFor(target, wire.protocol) !== wire.protocol);
}

/** Answers with the estimate by which budgets are reserved. Nothing leaves, so nothing is opened or recorded. */
export function sendCount({ asked }: Request, { bound }: Draft): void {
  sendJson(asked.reply, 200, encodeAnthropicTokenCount(bound.inputTokens));
}
