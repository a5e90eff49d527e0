import { describe, expect, it } from 'vitest';
import type { LlmError } from '../core/llm-message.ts';
import type { SseEvent } from '../platform/sse.ts';
import { estimateInputTokens } from './estimate-input.ts';
import { translate, type TranslationTarget } from './translate.ts';
import { anthropicMessages } from './wire/anthropic-messages.ts';
import { openAiChat } from './wire/openai-chat.ts';
import { plainReply, type JsonObject } from './wire/wire.ts';

const target = (given: Partial<TranslationTarget> = {}): TranslationTarget => ({
  upstreamModel: 'up',
  kind: 'openai_compatible',
  capabilities: { tools: true, images: true, thinking: true, streaming: true },
  ...given,
});
const asked: JsonObject = {
  model: 'alias',
  max_tokens: 32_000,
  thinking: { type: 'adaptive' },
  output_config: { effort: 'high' },
  messages: [{ role: 'user', content: 'Hello' }],
  stream: true,
};

describe('a request for a model of another protocol', () => {
  const request = (given: Partial<TranslationTarget>) =>
    translate(anthropicMessages, openAiChat, plainReply).request(asked, target(given));

  it('[GW35] has the upstream’s name of the model, its limit, and no word of thinking where it does not think', () => {
    expect(request({})).toMatchObject({ model: 'up', max_tokens: 32_000, reasoning_effort: 'high' });
    expect(request({ maxOutputTokens: 8_000 })).toMatchObject({ max_tokens: 8_000 });
    expect(request({ maxOutputTokens: 64_000 })).toMatchObject({ max_tokens: 32_000 });
    const plain = { tools: true, images: true, thinking: false, streaming: true };
    expect(request({ capabilities: plain })).not.toHaveProperty('reasoning_effort');
  });

  it('[GW35] leaves the body of the client as it was', () => {
    const before = structuredClone(asked);
    request({});
    expect(asked).toEqual(before);
  });
});

describe('a stream from a model of another protocol', () => {
  it('[GW36] that says what the client cannot be shown ends with an error, and nothing comes after it', () => {
    const errors: LlmError[] = [];
    const tell = { onUsage: () => {}, onEnd: () => {}, onError: (error: LlmError) => void errors.push(error) };
    const filter = { push: ({ text }: { text: string }) => text, end: () => '' };
    const next = translate(openAiChat, anthropicMessages, plainReply).stream(filter, tell);
    const say = (event: JsonObject & { type: string }): SseEvent[] =>
      next({ event: event.type, data: JSON.stringify(event) });
    say({ type: 'message_start', message: { id: 'msg_1', model: 'm' } });
    const block = { type: 'server_tool_use', id: 's', name: 'web_search', input: {} };
    const [last] = say({ type: 'content_block_start', index: 0, content_block: block });
    expect(last?.data).toContain('server_tool_use');
    expect(errors).toMatchObject([{ kind: 'upstream' }]);
    expect(say({ type: 'message_stop' })).toEqual([]);
    expect(errors).toHaveLength(1);
  });
});

describe('an estimate of a request', () => {
  it('[GW30] counts texts and images, wherever they stand', () => {
    const image = { type: 'image', source: { type: 'base64', media_type: 'image/png', data: 'QUJD' } };
    const estimate = (content: JsonObject[]) => {
      const body: JsonObject = { model: 'm', messages: [{ role: 'user', content }] };
      return estimateInputTokens(anthropicMessages.requestTexts(body), body);
    };
    const words = estimate([{ type: 'text', text: 'one two three' }]);
    expect(words).toBeGreaterThanOrEqual(3);
    expect(words).toBeLessThan(12);
    expect(estimate([image, { type: 'tool_result', tool_use_id: 'x', content: [image] }])).toBe(3_000);
  });
});
