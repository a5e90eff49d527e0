import { describe, expect, it } from 'vitest';
import { anthropicMessages } from './anthropic-messages.ts';
import type { JsonObject, TextPlace } from './wire.ts';

const brief = (place: TextPlace): unknown => JSON.parse(JSON.stringify(place));
const placesOf = (body: JsonObject) => anthropicMessages.requestTexts(body).map(brief);
const textsOf = (body: JsonObject) => anthropicMessages.requestTexts(body).map(({ text }) => text);
const messages = (...content: JsonObject[]): JsonObject => ({ model: 'm', messages: [{ role: 'user', content }] });

describe('the texts of a request of Messages', () => {
  it('[GW24] are read in reading order, with whose they are', () => {
    const body: JsonObject = {
      model: 'm',
      system: [
        { type: 'text', text: 'Be brief.', cache_control: { type: 'ephemeral' } },
        { type: 'text', text: 'And kind.' },
      ],
      tools: [{ name: 'read', description: 'Reads a file.', input_schema: { type: 'object', properties: {} } }],
      messages: [
        { role: 'user', content: 'Hello' },
        {
          role: 'assistant',
          content: [
            { type: 'thinking', thinking: 'Well…', signature: 'c2ln' },
            { type: 'redacted_thinking', data: 'c2VjcmV0' },
            { type: 'text', text: 'I look.' },
            { type: 'tool_use', id: 'toolu_1', name: 'read', input: { path: 'a.txt' } },
          ],
        },
        { role: 'user', content: [{ type: 'tool_result', tool_use_id: 'toolu_1', content: 'forty-two' }] },
        { role: 'system', content: 'Now be long.' },
      ],
    };
    expect(placesOf(body)).toEqual([
      { role: 'system', isJson: false, text: 'Be brief.' },
      { role: 'system', isJson: false, text: 'And kind.' },
      { role: 'tool_definition', isJson: false, toolName: 'read', text: 'Reads a file.' },
      { role: 'tool_definition', isJson: true, toolName: 'read', text: '{"type":"object","properties":{}}' },
      { role: 'user', isJson: false, text: 'Hello' },
      { role: 'thinking', isJson: false, text: 'Well…' },
      { role: 'assistant', isJson: false, text: 'I look.' },
      { role: 'tool_arguments', isJson: true, toolName: 'read', callId: 'toolu_1', text: '{"path":"a.txt"}' },
      { role: 'tool_result', isJson: false, toolName: 'read', callId: 'toolu_1', text: 'forty-two' },
      { role: 'system', isJson: false, text: 'Now be long.' },
    ]);
  });

  const blocks: readonly [what: string, block: JsonObject, texts: readonly string[]][] = [
    [
      'a document of text',
      { type: 'document', source: { type: 'text', media_type: 'text/plain', data: 'A' }, title: 'B', context: 'C' },
      ['A', 'B', 'C'],
    ],
    [
      'a document of blocks',
      { type: 'document', source: { type: 'content', content: [{ type: 'text', text: 'A' }] } },
      ['A'],
    ],
    [
      'a document as bytes',
      { type: 'document', source: { type: 'base64', media_type: 'application/pdf', data: 'QUJD' } },
      [],
    ],
    [
      'a document at an address',
      { type: 'document', source: { type: 'url', url: 'https://a.example/b' } },
      ['https://a.example/b'],
    ],
    ['an image', { type: 'image', source: { type: 'base64', media_type: 'image/png', data: 'QUJD' } }, []],
    [
      'a search result',
      { type: 'search_result', source: 'S', title: 'T', content: [{ type: 'text', text: 'A' }] },
      ['S', 'T', 'A'],
    ],
    [
      'a result of blocks',
      {
        type: 'tool_result',
        tool_use_id: 'x',
        content: [
          { type: 'text', text: 'A' },
          { type: 'document', source: { type: 'text', data: 'B' } },
        ],
      },
      ['A', 'B'],
    ],
    [
      'citations',
      { type: 'text', text: 'A', citations: [{ type: 'char_location', cited_text: 'B', encrypted_index: 'no' }] },
      ['A', 'B'],
    ],
    [
      'a result of a tool that the server runs',
      {
        type: 'code_execution_tool_result',
        tool_use_id: 'x',
        content: { type: 'code_execution_result', stdout: 'A', encrypted_stdout: 'no' },
      },
      ['A'],
    ],
    ['a block of a later version', { type: 'new', words: ['A', { deep: { deeper: 'B' } }], id: 'no' }, ['A', 'B']],
    ['a text of another form', { type: 'text', text: { hidden: 'A' } }, ['A']],
  ];
  it.each(blocks)('[GW24] of %s', (_, block, texts) => {
    expect(textsOf(messages(block))).toEqual(texts);
  });

  it('[GW24] are also those of members that are new, and of the form of the answer', () => {
    const body: JsonObject = {
      model: 'no',
      metadata: { user_id: 'no' },
      output_config: { effort: 'low', format: { type: 'json_schema', schema: { description: 'A' } } },
      messages: [{ role: 'system', content: 'D', reason: { because: 'E' } }],
      stop_sequences: ['B'],
      notes: { for: 'C' },
    };
    expect(textsOf(body)).toEqual(['D', 'E', '{"type":"json_schema","schema":{"description":"A"}}', 'B', 'C']);
  });

  it('[GW24] are replaced in place, and nothing else changes', () => {
    const body = (secret: string): JsonObject => ({
      model: 'm',
      system: secret,
      thinking: { type: 'adaptive' },
      tools: [{ name: 'run', description: secret, input_schema: { type: 'object', description: secret } }],
      messages: [
        { role: 'user', content: [{ type: 'text', text: secret, cache_control: { type: 'ephemeral' } }] },
        { role: 'assistant', content: [{ type: 'tool_use', id: 'c', name: 'run', input: { a: [secret] } }] },
        { role: 'user', content: [{ type: 'tool_result', tool_use_id: 'c', content: [secret] }] },
      ],
    });
    const masked = body('hunter2');
    for (const place of anthropicMessages.requestTexts(masked)) place.replace(place.text.replaceAll('hunter2', '****'));
    expect(masked).toEqual(body('****'));
  });
});

describe('the texts of an answer of Messages', () => {
  it('[GW24] are texts, thoughts and arguments; citations stay', () => {
    const body: JsonObject = {
      content: [
        { type: 'thinking', thinking: 'A', signature: 'no' },
        { type: 'text', text: 'B', citations: [{ cited_text: 'no' }] },
        { type: 'tool_use', id: 'c', name: 'run', input: { C: 1 } },
        { type: 'redacted_thinking', data: 'no' },
      ],
    };
    expect(anthropicMessages.responseTexts(body).map(brief)).toEqual([
      { role: 'thinking', isJson: false, text: 'A' },
      { role: 'assistant', isJson: false, text: 'B' },
      { role: 'tool_arguments', isJson: true, toolName: 'run', callId: 'c', text: '{"C":1}' },
    ]);
  });
});

describe('facts of a request of Messages', () => {
  it('[GW25] are its model, limit, tools and images, at any depth', () => {
    const image = { type: 'image', source: { type: 'base64', media_type: 'image/png', data: 'QUJD' } };
    const body = {
      ...messages({ type: 'tool_result', tool_use_id: 'x', content: [image] }),
      stream: true,
      max_tokens: 5,
      tools: [{ name: 'a' }, { type: 'web_search_20250305', name: 'web_search' }],
    };
    expect(anthropicMessages.readFacts(body)).toMatchObject({
      model: 'm',
      stream: true,
      maxOutputTokens: 5,
      toolNames: ['a', 'web_search'],
      hasImages: true,
    });
    expect(anthropicMessages.readFacts(messages())).toMatchObject({ stream: false, toolNames: [], hasImages: false });
  });

  const wrong: readonly [body: JsonObject, member: string][] = [
    [{ messages: [] }, 'model'],
    [{ model: 7, messages: [] }, 'model'],
    [{ model: 'm' }, 'messages'],
    [{ model: 'm', messages: 'Hello' }, 'messages'],
    [{ model: 'm', messages: [], stream: 'yes' }, 'stream'],
    [{ model: 'm', messages: [], max_tokens: '5' }, 'max_tokens'],
  ];
  it.each(wrong)('[GW25] %j is refused by its member', (body, member) => {
    const error = expect.objectContaining({ code: 'invalid', message: expect.stringContaining(`${member}:`) });
    expect(() => anthropicMessages.readFacts(body)).toThrow(error);
  });
});
