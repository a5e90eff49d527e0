import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { LlmRequest } from '../core/llm-message.ts';
import { geminiRequest } from './testing-gemini.ts';
import { anyRequest, anyResponse, contentOf } from './testing-requests.ts';
import { translate } from './translate.ts';
import { anthropicMessages } from './wire/anthropic-messages.ts';
import { gemini } from './wire/gemini.ts';
import { openAiChat } from './wire/openai-chat.ts';
import { openAiResponses } from './wire/openai-responses.ts';
import { plainReply, type JsonObject, type Wire } from './wire/wire.ts';

const wires: readonly Wire[] = [anthropicMessages, openAiResponses, openAiChat];
const named = wires.map((wire) => [wire.protocol, wire] as const);
const ways = wires.flatMap((client) =>
  wires.map((upstream) => [client.protocol, upstream.protocol, client, upstream] as const),
);

/** A body as it comes from a client: JSON, and nothing but. */
const asSent = (body: JsonObject): JsonObject => JSON.parse(JSON.stringify(body));

/** OpenAI's protocols have no word for a failed result, chat/completions shows images of results beside them, Responses stops nowhere. */
const vocabulary = (...spoken: Wire[]) => ({
  hasRichResults: spoken.every(({ protocol }) => protocol === 'anthropic_messages'),
  hasStops: spoken.every(({ protocol }) => protocol !== 'openai_responses'),
});

const settingsOf = ({ messages: _messages, thinking, ...settings }: LlmRequest) => ({
  ...settings,
  effort: thinking?.effort,
});

describe.each(named)('requests of %s', (_, wire) => {
  it('[GW34] to the neutral vocabulary and back lose nothing of it', () => {
    fc.assert(
      fc.property(anyRequest(vocabulary(wire)), (request) => {
        const decoded = wire.decodeRequest(asSent(wire.encodeRequest(request)));
        expect(contentOf(decoded)).toEqual(contentOf(request));
        expect(settingsOf(decoded)).toEqual(settingsOf(request));
        expect(wire.decodeRequest(asSent(wire.encodeRequest(decoded)))).toEqual(decoded);
      }),
      { numRuns: 300 },
    );
  });
});

describe.each(named)('answers in %s', (_, wire) => {
  it('[GW34] from the neutral vocabulary and back say what they said', () => {
    fc.assert(
      fc.property(anyResponse, (response) => {
        const decoded = wire.decodeResponse(asSent(wire.encodeResponse(response, plainReply)));
        const { parts, stop, model, usage } = response;
        expect(decoded).toMatchObject({ parts, stop, model, usage });
      }),
      { numRuns: 300 },
    );
  });
});

const target = {
  kind: 'openai' as const,
  upstreamModel: 'claude-opus-5',
  capabilities: { tools: true, images: true, thinking: true, streaming: true },
};

describe.each(ways)('requests of %s for an upstream of %s', (_, __, client, upstream) => {
  it('[GW34] say there what they said', () => {
    fc.assert(
      fc.property(anyRequest(vocabulary(client, upstream)), (request) => {
        const body = asSent(client.encodeRequest(request));
        const translated = translate(client, upstream, plainReply).request(body, target);
        const arrived = upstream.decodeRequest(asSent(translated));
        expect(contentOf(arrived)).toEqual(contentOf(request));
        expect(settingsOf(arrived)).toEqual(settingsOf(request));
      }),
      { numRuns: 200 },
    );
  });
});

/** Google's protocol has no word for strictness, and what its clients always send says nothing. */
const lenient = (request: LlmRequest) => {
  const { tools, format, temperature, topP, ...rest } = request;
  return {
    ...rest,
    ...(temperature === undefined || temperature === 1 ? {} : { temperature }),
    ...(topP === undefined ? {} : { topP }),
    ...(tools === undefined ? {} : { tools: tools.map(({ strict: _strict, ...tool }) => tool) }),
    ...(format?.type === 'schema' ? { format: { type: format.type, name: format.name, schema: format.schema } } : {}),
  };
};

describe.each(named)('requests of gemini for an upstream of %s', (_, upstream) => {
  it('[GW34] say there what they said', () => {
    const spoken = { hasRichResults: false, hasStops: upstream.protocol !== 'openai_responses' };
    fc.assert(
      fc.property(anyRequest(spoken), (request) => {
        const body: JsonObject = JSON.parse(JSON.stringify(geminiRequest(request)));
        const arrived = upstream.decodeRequest(asSent(translate(gemini, upstream, plainReply).request(body, target)));
        expect(contentOf(arrived)).toEqual(contentOf(request));
        expect(settingsOf(lenient(arrived))).toEqual(settingsOf(lenient(request)));
      }),
      { numRuns: 200 },
    );
  });
});
