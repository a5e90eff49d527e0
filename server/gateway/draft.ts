import type { NewCall } from '../governance/calls/opened-call.ts';
import type { ModelRoute } from '../governance/model-routes.ts';
import type { Request } from './asked.ts';
import { estimateInputTokens } from './estimate-input.ts';
import type { JsonObject } from './wire/wire.ts';

/** What the record will say of a call; the steps of the pipeline put in what they decide. */
export type Draft = { -readonly [Member in keyof NewCall]: NewCall[Member] };

/** Nothing is decided yet: who reads it sees a call that nobody allowed. */
export function draftOf(request: Request, route: ModelRoute): Draft {
  const { asked, caller, facts, body, sizeBytes, texts } = request;
  return {
    caller,
    requestId: asked.requestId,
    client: asked.headers['user-agent'] ?? '',
    protocol: asked.protocol,
    alias: route.alias,
    isStream: facts.stream,
    targets: route.targets,
    bound: {
      inputTokens: estimateInputTokens(texts, body),
      // Nothing is generated while tokens are counted.
      ...(asked.operation === 'count_tokens' ? { maxOutputTokens: 0 } : {}),
      ...(facts.maxOutputTokens === undefined ? {} : { maxOutputTokens: facts.maxOutputTokens }),
      ...(facts.answers === undefined ? {} : { answers: facts.answers }),
    },
    policy: { effect: 'deny', rules: [] },
    findings: [],
    shape: { messages: messagesOf(body), tools: facts.toolNames, hasImages: facts.hasImages, sizeBytes },
  };
}

function messagesOf({ messages, input, contents }: JsonObject): number {
  return [messages, input, contents].find(Array.isArray)?.length ?? 1;
}
