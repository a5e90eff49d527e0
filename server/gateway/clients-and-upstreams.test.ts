import Anthropic from '@anthropic-ai/sdk';
import OpenAI from 'openai';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { startModelServer, type ModelServer } from '../../e2e/fakes/model-server.ts';
import { geminiClient, GeminiApiError } from '../../e2e/fakes/gemini-client.ts';
import { officialClients, type Client, type ClientName as OfficialName } from '../../e2e/fakes/official-clients.ts';
import type { LlmProtocol } from '../core/llm-message.ts';
import { startPassage, type Passage } from './testing-passage.ts';
import type { StreamFilter } from './wire/wire.ts';

/** Each official client, and one of Google's protocol, against an upstream of each protocol, through the protocols alone. */

type ClientName = OfficialName | 'gemini';
const names: ClientName[] = ['messages', 'responses', 'chat', 'gemini'];
const protocols: LlmProtocol[] = ['anthropic_messages', 'openai_responses', 'openai_chat'];
const pairs = names.flatMap((name) => protocols.map((protocol) => [name, protocol] as const));

let models: ModelServer;
const passages = new Map<LlmProtocol, Passage>();
const clients = new Map<LlmProtocol, Record<ClientName, Client>>();

/** Holds back what may be the beginning of a mask, and puts the name in its place. */
function restoring(): StreamFilter {
  const held = new Map<string, string>();
  return {
    push: ({ channel, text }) => {
      const all = (held.get(channel) ?? '') + text;
      const at = all.lastIndexOf('<');
      const isOpen = at !== -1 && !all.includes('>', at);
      held.set(channel, isOpen ? all.slice(at) : '');
      return (isOpen ? all.slice(0, at) : all).replaceAll('<mask-1>', 'Zoë "Z" Ångström');
    },
    end: (channel) => {
      const rest = held.get(channel) ?? '';
      held.delete(channel);
      return rest;
    },
  };
}

/** The same where JSON holds the text. */
function restoringJson(): StreamFilter {
  const filter = restoring();
  return {
    push: (piece) => {
      const text = filter.push(piece);
      return piece.isJson ? text.replaceAll('Zoë "Z" Ångström', String.raw`Zoë \"Z\" Ångström`) : text;
    },
    end: (channel) => filter.end(channel),
  };
}

beforeAll(async () => {
  models = await startModelServer();
  for (const protocol of protocols) {
    const passage = await startPassage(models.url, protocol, restoringJson);
    passages.set(protocol, passage);
    const official = officialClients({ anthropicUrl: passage.url, openaiUrl: `${passage.url}/v1`, key: 'any' });
    clients.set(protocol, { ...official, gemini: geminiClient({ url: passage.url, key: 'any' }) });
  }
});
afterAll(async () => {
  for (const passage of passages.values()) await passage.close();
  await models.close();
});
beforeEach(() => {
  models.script();
  models.forget();
});

function clientOf(name: ClientName, protocol: LlmProtocol): Client {
  const client = clients.get(protocol)?.[name];
  if (client === undefined) throw new Error(`no client for ${protocol}`);
  return client;
}

const rateLimited = {
  messages: Anthropic.RateLimitError,
  responses: OpenAI.RateLimitError,
  chat: OpenAI.RateLimitError,
  gemini: GeminiApiError,
};

const tools = [{ name: 'read', parameters: { type: 'object', properties: { path: { type: 'string' } } } }];
const model = 'any-alias';

describe.each(pairs)('a client of %s with an upstream of %s', (name, protocol) => {
  const said = {
    says: [
      { thinking: 'I look for <mask-1>.' },
      { text: 'Hello <mask-1>, 1 < 2 – 🙂' },
      { tool: 'read', arguments: { path: 'for <mask-1>.txt' } },
      { tool: 'read', arguments: { path: '日本.txt', more: [1, { a: null }] } },
    ],
    usage: { input: 120, output: 9, cacheRead: 20 },
  };
  const usage = { input: 120, output: 9, cached: 20 };
  const stop = { messages: 'tool_use', responses: 'completed', chat: 'tool_calls', gemini: 'STOP' }[name];

  test('[GW58] hears a whole answer', async () => {
    models.script(said);
    const heard = await clientOf(name, protocol).ask({ model, text: 'Read', tools, think: true });
    expect(heard).toEqual({
      text: 'Hello <mask-1>, 1 < 2 – 🙂',
      thinking: 'I look for <mask-1>.',
      calls: [
        { name: 'read', arguments: { path: 'for <mask-1>.txt' } },
        { name: 'read', arguments: { path: '日本.txt', more: [1, { a: null }] } },
      ],
      stop,
      usage,
    });
    expect(models.received[0]?.json).toMatchObject({ model: 'scripted-large' });
  });

  test.each([1, 3, 64])(
    '[GW58] hears a streamed answer with its texts restored, in deltas of %d',
    async (pieceLength) => {
      models.script({ ...said, pieceLength });
      const heard = await clientOf(name, protocol).stream({ model, text: 'Read', tools, think: true });
      expect(heard).toEqual({
        text: 'Hello Zoë "Z" Ångström, 1 < 2 – 🙂',
        thinking: 'I look for Zoë "Z" Ångström.',
        calls: [
          { name: 'read', arguments: { path: 'for Zoë "Z" Ångström.txt' } },
          { name: 'read', arguments: { path: '日本.txt', more: [1, { a: null }] } },
        ],
        stop,
        usage,
      });
    },
  );

  test('[GW58] shows the model an image, earlier calls and their results, and the instructions', async () => {
    models.script({ says: [{ text: '{{system}} | {{user}} | {{tool}}' }] });
    const heard = await clientOf(name, protocol).stream({
      model,
      system: 'Be kind',
      text: 'What is it',
      png: 'iVBORw0KGgo=',
      earlier: { tool: 'read', arguments: { path: 'a' }, result: 'forty-two' },
      tools,
      maxTokens: 999,
    });
    expect(heard.text).toBe('Be kind | What is it | forty-two');
    const sent = models.received[0]?.body.toString('utf8');
    expect(sent).toContain('iVBORw0KGgo=');
    expect(sent).toContain('earlier_1');
    expect(sent).toContain('999');
  });

  test('[GW49] throws the error of the upstream in its own words and class', async () => {
    models.script({ error: { status: 429, message: 'Exactly these words.' } });
    const thrown: unknown = await clientOf(name, protocol)
      .stream({ model, text: 'Hello' })
      .catch((error: unknown) => error);
    expect(thrown).toBeInstanceOf(rateLimited[name]);
    expect(String(thrown)).toContain('Exactly these words.');
  });

  test('[GW57] throws when the upstream fails in the middle of a stream', async () => {
    models.script({ says: [{ text: 'one two three' }], breaks: { afterEvents: 4, how: 'error' } });
    await expect(clientOf(name, protocol).stream({ model, text: 'x' })).rejects.toThrow('lets this stream fail');
    models.script({ says: [{ text: 'one two three' }], breaks: { afterEvents: 4, how: 'cut' } });
    await expect(clientOf(name, protocol).stream({ model, text: 'x' })).rejects.toThrow('The connection broke.');
  });

  test('[GW59] hears that the answer was cut for its length', async () => {
    models.script({ says: [{ text: 'Once upon' }], stop: 'length' });
    const heard = await clientOf(name, protocol).stream({ model, text: 'Tell', maxTokens: 100 });
    expect(heard.stop).toBe(
      { messages: 'max_tokens', responses: 'max_output_tokens', chat: 'length', gemini: 'MAX_TOKENS' }[name],
    );
  });
});
