import { describe, expect, test } from 'vitest';
import { otherTexts } from './other-texts.ts';
import { clientWireOf } from './wires.ts';
import type { Json, JsonObject } from './wire/wire.ts';

const secret = 'ghp_q7Zt2Lw9XkB4nR8vC3mJ6hY1sD5fG0pKeTaU';
const base64 = (text: string) => Buffer.from(text).toString('base64');

const bodies: Record<'anthropic_messages' | 'openai_chat' | 'openai_responses' | 'gemini', JsonObject> = {
  anthropic_messages: {
    model: 'm',
    max_tokens: 10,
    metadata: { user_id: 'u' },
    thinking: { type: 'enabled', budget_tokens: 1024 },
    tool_choice: { type: 'tool', name: 'x' },
    container: { id: 'c', skills: [{ type: 'anthropic', skill_id: 'pdf' }] },
    tools: [{ name: 't', description: 'd', input_schema: { type: 'object' }, input_examples: [{ a: 'b' }] }],
    output_config: { effort: 'low' },
    messages: [
      {
        role: 'user',
        content: [
          { type: 'text', text: 'a', cache_control: { type: 'ephemeral' }, citations: [{ type: 'x', file_id: 'f' }] },
          { type: 'document', source: { type: 'base64', media_type: 'text/plain', data: base64('a file') } },
          { type: 'document', source: { type: 'text', media_type: 'text/plain', data: 'a' } },
        ],
      },
      {
        role: 'assistant',
        content: [
          { type: 'thinking', thinking: 't', signature: 's' },
          { type: 'tool_use', id: 'i', name: 't', input: { a: { b: ['c'] } }, caller: { type: 'direct' } },
        ],
      },
      { role: 'user', content: [{ type: 'tool_result', tool_use_id: 'i', content: 'r' }] },
    ],
  },
  openai_chat: {
    model: 'm',
    stream_options: { include_usage: true },
    tool_choice: { type: 'function', function: { name: 'f' } },
    audio: { voice: 'v', format: 'mp3' },
    logit_bias: { '1': 2 },
    tools: [{ type: 'function', function: { name: 'f', description: 'd', parameters: { type: 'object' } } }],
    messages: [
      { role: 'system', content: 's', name: 'n' },
      {
        role: 'user',
        content: [
          { type: 'text', text: 't' },
          { type: 'image_url', image_url: { url: 'https://images.example/a.png', detail: 'low' } },
          { type: 'file', file: { filename: 'f', file_data: `data:text/plain;base64,${base64('a file')}` } },
        ],
      },
      {
        role: 'assistant',
        content: 'c',
        audio: { id: 'a' },
        tool_calls: [
          { id: 'i', type: 'function', function: { name: 'f', arguments: '{"a":"b"}' }, extra_content: { more: 's' } },
          { id: 'k', type: 'custom', custom: { name: 'c', input: 'i' } },
          { id: 'l', type: 'function', function: { name: 'f', arguments: { a: 'b' } } },
        ],
      },
      { role: 'tool', tool_call_id: 'i', content: 'x' },
    ],
  },
  openai_responses: {
    model: 'm',
    instructions: 'i',
    conversation: { id: 'c' },
    reasoning: { effort: 'low' },
    prompt: { id: 'p', variables: { a: 'b' } },
    tools: [{ type: 'mcp', server_label: 'l', server_url: 'https://tools.example', headers: { a: 'b' } }],
    input: [
      { type: 'message', role: 'user', content: [{ type: 'input_file', filename: 'f', file_url: 'u' }] },
      { type: 'function_call', call_id: 'c', name: 'f', namespace: 'n', arguments: '{"a":"b"}' },
      { type: 'function_call_output', call_id: 'c', output: [{ type: 'input_text', text: 'o' }] },
      { type: 'reasoning', id: 'r', summary: [{ type: 'summary_text', text: 's' }], encrypted_content: 'e' },
      { type: 'local_shell_call', call_id: 'l', action: { type: 'exec', command: ['a'], env: { A: 'b' } } },
      { type: 'computer_call_output', call_id: 'c', output: { type: 'computer_screenshot', image_url: 'u' } },
      { type: 'item_reference', id: 'x' },
    ],
  },
  gemini: {
    model: 'm',
    systemInstruction: { parts: [{ text: 's' }] },
    toolConfig: { functionCallingConfig: { mode: 'AUTO', allowedFunctionNames: ['f'] } },
    tools: [{ functionDeclarations: [{ name: 'f', description: 'd', parameters: { type: 'OBJECT' } }] }],
    contents: [
      { role: 'user', parts: [{ text: 't' }, { inlineData: { mimeType: 'text/csv', data: base64('a file') } }] },
      { role: 'model', parts: [{ functionCall: { id: 'i', name: 'f', args: { a: 'b' } }, thoughtSignature: 's' }] },
      { role: 'user', parts: [{ functionResponse: { id: 'i', name: 'f', response: { output: 'o', more: ['b'] } } }] },
    ],
  },
};

type Change = { holder: JsonObject | Json[]; member: string; value: Json };

/** Every way to put the secret into a body: in the place of a text or of anything else, as another member, as a member's name. */
const ways: Record<string, (change: Change) => boolean> = {
  'in the place of': ({ holder, member, value }) => put(holder, member, isBytes(value) ? bytesOf(value) : secret),
  'after a beginning that looks like bytes in': ({ holder, member, value }) =>
    typeof value === 'string' && !isBytes(value) && put(holder, member, `data:x;base64, see ${secret}`),
  'beside what is in': ({ value }) => isObject(value) && put(value, 'unheard_of', [[{ name: secret }]]),
  'as bytes of no kind in': ({ value }) =>
    isObject(value) && put(value, 'unheard_of', { type: 'base64', data: secret, more: secret }),
  'as the name of a member of': ({ value }) => isObject(value) && put(value, secret, 1),
  'as one more of': ({ value }) => Array.isArray(value) && value.push(secret) > 0,
};

const put = (holder: JsonObject | Json[], member: string, value: Json) => !!Object.assign(holder, { [member]: value });
const isObject = (value: Json): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
const isBytes = (value: Json): value is string => typeof value === 'string' && value.endsWith(base64('a file'));
const bytesOf = (value: string) => value.replace(base64('a file'), base64(`a ${secret}`));

function* placesIn(holder: JsonObject | Json[], path = ''): Generator<Change & { path: string }> {
  for (const [member, value] of Object.entries(holder)) {
    yield { holder, member, value, path: `${path}.${member}` };
    if (typeof value === 'object' && value !== null) yield* placesIn(value, `${path}.${member}`);
  }
}

function masked(protocol: keyof typeof bodies, body: JsonObject): string {
  const wire = clientWireOf(protocol);
  wire.readFacts(body);
  const places = wire.requestTexts(body);
  for (const place of [...places, ...otherTexts(body, places).texts])
    if (place.text.includes(secret)) place.replace(place.text.replaceAll(secret, 'masked'));
  return JSON.stringify({ ...body, model: 'known' });
}

/** What is refused for its form does not leave. */
function maskedOrRefused(protocol: keyof typeof bodies, body: JsonObject): string {
  try {
    return masked(protocol, body);
  } catch {
    return '';
  }
}

describe.each(['anthropic_messages', 'openai_chat', 'openai_responses', 'gemini'] as const)('of %s', (protocol) => {
  test.each(Object.keys(ways))('[GW160] a secret is seen %s anything', (way) => {
    const leaks: string[] = [];
    const count = [...placesIn(bodies[protocol])].length;
    for (let at = 0; at < count; at++) {
      const body = structuredClone(bodies[protocol]);
      const place = [...placesIn(body)][at];
      if (!place || ways[way]?.(place) !== true) continue;
      const sent = maskedOrRefused(protocol, body);
      if (sent.includes(secret) || sent.includes(base64(`a ${secret}`))) leaks.push(place.path);
    }
    expect(leaks).toEqual([]);
  });
});

test('[GW160] what is no text and holds nothing stays as it is, the order of members too', () => {
  const body: JsonObject = {
    model: 'm',
    messages: [],
    b: { z: 1, 'ana@corp.example': 2, a: 3 },
    i: 'toolu_01A09q90qw90lq',
  };
  const before = JSON.stringify(body);
  const { texts } = otherTexts(body, []);
  expect(texts.map(({ text }) => text)).toEqual(['ana@corp.example']);
  expect(JSON.stringify(body)).toBe(before);
  texts[0]?.replace('masked');
  expect(JSON.stringify(body)).toBe(before.replace('ana@corp.example', 'masked'));
});

test('[GW160] names of the protocol are no texts, and bytes are none', () => {
  const body: JsonObject = { messages: [{ type: 'image', source: { data: 'AbC+'.repeat(500) } }] };
  expect(otherTexts(body, [])).toEqual({ texts: [], hasBytes: true });
});
