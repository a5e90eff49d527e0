import type { Request } from './asked.ts';
import type { Draft } from './draft.ts';
import { ForwardError } from './failure.ts';
import { sendJson } from './reply.ts';
import { protocolFor } from './route-request.ts';

/** Among providers only those of Messages count tokens; a target of another protocol is spared the question. */
export function isCountedHere({ asked, wire }: Request, { targets }: Draft): boolean {
  if (asked.operation !== 'count_tokens') return false;
  return targets.every((target) => protocolFor(target, wire.protocol) !== wire.protocol);
}

/** Many servers that speak Messages cannot count. */
export function cannotCount({ asked }: Request, error: unknown): boolean {
  if (asked.operation !== 'count_tokens' || !(error instanceof ForwardError)) return false;
  return [404, 405, 501].includes(error.status ?? 0);
}

/** Answers with the estimate by which budgets are reserved. */
export function sendCount({ asked, wire }: Request, { bound }: Pick<Draft, 'bound'>): void {
  sendJson(asked.reply, 200, wire.encodeTokenCount(bound.inputTokens));
}
