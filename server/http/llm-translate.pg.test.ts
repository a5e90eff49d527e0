import Anthropic from '@anthropic-ai/sdk';
import OpenAI from 'openai';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { setDatabaseUrl } from '../../db/client.ts';
import { testDatabase } from '../../db/testing.ts';
import { startModelServer, type ModelServer } from '../../e2e/fakes/model-server.ts';
import { newPerson, newTeam } from '../auth/testing.ts';
import { newModel, newProvider } from '../governance/testing.ts';
import { closeNotifications } from '../platform/notifications.ts';
import { newToken, startHttp, type TestHttp } from './testing.ts';

const { url } = await testDatabase();
setDatabaseUrl(url);
let http: TestHttp;
let models: ModelServer;
let anthropic: Anthropic;
let openai: OpenAI;

beforeAll(async () => {
  models = await startModelServer();
  http = await startHttp();
  const ana = await newPerson('Ana');
  await newTeam('Cave', [[ana, 'developer']]);
  const { token } = await newToken(ana.personId, ['models']);
  const providerId = await newProvider({ baseUrl: `${models.url}/v1`, protocols: ['openai_chat'] });
  await newModel('local', [{ providerId, upstreamModel: 'qwen-local' }]);
  const claude = await newProvider({
    baseUrl: models.url,
    kind: 'anthropic',
    protocols: ['anthropic_messages'],
    key: 'k',
  });
  await newModel('claude', [{ providerId: claude, upstreamModel: 'claude-opus-5' }]);
  openai = new OpenAI({ baseURL: `${http.url}/gateway/openai/v1`, apiKey: token, maxRetries: 0 });
  anthropic = new Anthropic({
    baseURL: `${http.url}/gateway/anthropic`,
    authToken: token,
    apiKey: null,
    maxRetries: 0,
    timeout: 60_000,
  });
});
afterAll(async () => {
  await http.close();
  await models.close();
  await closeNotifications();
});
beforeEach(() => models.forget());

/** The members that Claude Code sends. */
const cached = { cache_control: { type: 'ephemeral' as const } };
const asClaudeCode = (content: Anthropic.MessageParam['content']): Anthropic.MessageCreateParamsNonStreaming => ({
  model: 'local',
  max_tokens: 32_000,
  system: [
    { type: 'text', text: 'You are Claude Code.', ...cached },
    { type: 'text', text: 'Work in /src.', ...cached },
  ],
  messages: [
    {
      role: 'user',
      content: [
        { type: 'text', text: '<system-reminder>Today</system-reminder>' },
        { type: 'text', text: 'Read a.txt', ...cached },
      ],
    },
    {
      role: 'assistant',
      content: [
        { type: 'thinking', thinking: 'I read it.', signature: 'EqQBCkYIBR' },
        { type: 'text', text: 'I look.' },
        { type: 'tool_use', id: 'toolu_01A', name: 'Read', input: { file_path: '/src/a.txt' } },
        { type: 'tool_use', id: 'toolu_01B', name: 'Bash', input: { command: 'ls' } },
      ],
    },
    { role: 'user', content },
  ],
  tools: [
    {
      name: 'Read',
      description: 'Reads a file.',
      input_schema: { type: 'object', properties: { file_path: { type: 'string' } }, required: ['file_path'] },
    },
    {
      name: 'Bash',
      description: 'Runs a command.',
      input_schema: { type: 'object', properties: { command: { type: 'string' } } },
      ...cached,
    },
  ],
  thinking: { type: 'adaptive' },
  output_config: { effort: 'high' },
  metadata: { user_id: '{"device_id":"d","account_uuid":"","session_id":"s"}' },
});

const results: Anthropic.ToolResultBlockParam[] = [
  { type: 'tool_result', tool_use_id: 'toolu_01A', content: [{ type: 'text', text: 'forty-two' }] },
  { type: 'tool_result', tool_use_id: 'toolu_01B', content: 'No such folder', is_error: true, ...cached },
];

describe('Claude Code on a model that speaks chat/completions', () => {
  it('[GW26] asks in the words of chat/completions, without the hints', async () => {
    const body = {
      ...asClaudeCode(results),
      context_management: { edits: [{ type: 'clear_thinking_20251015', keep: 'all' }] },
    };
    await anthropic.messages.create(body, { headers: { 'anthropic-beta': 'claude-code-20250219,effort-2025-11-24' } });
    expect(models.received).toHaveLength(1);
    const [received] = models.received;
    expect(received?.path).toBe('/v1/chat/completions');
    expect(received?.headers['anthropic-beta']).toBeUndefined();
    const call = (id: string, name: string, json: string) => ({
      id,
      type: 'function',
      function: { name, arguments: json },
    });
    expect(received?.json).toMatchObject({
      model: 'qwen-local',
      max_tokens: 32_000,
      reasoning_effort: 'high',
      messages: [
        { role: 'system' },
        { role: 'user' },
        {
          role: 'assistant',
          content: 'I look.',
          tool_calls: [
            call('toolu_01A', 'Read', '{"file_path":"/src/a.txt"}'),
            call('toolu_01B', 'Bash', '{"command":"ls"}'),
          ],
        },
        { role: 'tool', tool_call_id: 'toolu_01A', content: 'forty-two' },
        { role: 'tool', tool_call_id: 'toolu_01B', content: expect.stringContaining('No such folder') },
      ],
      tools: [
        { type: 'function', function: { name: 'Read' } },
        { type: 'function', function: { name: 'Bash' } },
      ],
    });
    const said = JSON.stringify(received?.json);
    for (const hint of ['cache_control', 'device_id', 'context_management', 'EqQBCkYIBR'])
      expect(said).not.toContain(hint);
  });

  it('[GW33] hears thoughts, texts and parallel calls in a stream, with usage', async () => {
    models.script({
      says: [
        { thinking: 'Both at once.' },
        { text: 'I read «both» 🙂.' },
        { tool: 'Read', arguments: { file_path: 'ä "b".txt' } },
        { tool: 'Bash', arguments: { command: 'ls' } },
      ],
      usage: { input: 1200, output: 30, cacheRead: 200 },
      pieceLength: 3,
    });
    const message = await anthropic.messages.stream(asClaudeCode(results)).finalMessage();
    expect(message).toMatchObject({
      stop_reason: 'tool_use',
      usage: { input_tokens: 1000, cache_read_input_tokens: 200, output_tokens: 30 },
      content: [
        { type: 'thinking', thinking: 'Both at once.' },
        { type: 'text', text: 'I read «both» 🙂.' },
        { type: 'tool_use', name: 'Read', input: { file_path: 'ä "b".txt' } },
        { type: 'tool_use', name: 'Bash', input: { command: 'ls' } },
      ],
    });
  });

  it('[GW26] finds deferred tools and is reminded in the middle of its work', async () => {
    const { messages, tools = [], ...rest } = asClaudeCode(results);
    const body: unknown = {
      ...rest,
      thinking: { type: 'adaptive', display: 'updates' },
      tools: [
        ...tools,
        { name: 'CronList', description: 'Lists.', input_schema: { type: 'object' }, defer_loading: true },
        { name: 'Placeholder', description: 'Never called.', input_schema: { type: 'object' }, defer_loading: true },
      ],
      messages: [
        ...messages,
        { role: 'system', content: '<total_tokens>9</total_tokens>' },
        {
          role: 'assistant',
          content: [{ type: 'tool_use', id: 'toolu_02', name: 'ToolSearch', input: { query: 'cron' } }],
        },
        {
          role: 'user',
          content: [
            {
              type: 'tool_result',
              tool_use_id: 'toolu_02',
              content: [{ type: 'tool_reference', tool_name: 'CronList' }],
            },
          ],
        },
        { role: 'system', content: [{ type: 'text', text: 'Go on', ...cached }] },
      ],
    };
    await anthropic.post('/v1/messages', { body });
    const { messages: told, tools: offered } = Object(models.received[0]?.json);
    expect(offered.map((tool: OpenAI.ChatCompletionFunctionTool) => tool.function.name)).toEqual([
      'Read',
      'Bash',
      'CronList',
    ]);
    expect(told.slice(-3)).toMatchObject([
      { role: 'tool', content: expect.stringContaining('<total_tokens>9</total_tokens>') },
      { role: 'assistant' },
      { role: 'tool', content: expect.stringMatching(/CronList can be called now[^]*Go on/) },
    ]);
  });

  it('[GW28] is refused what its model cannot be told, by its member, and nothing is sent', async () => {
    const search: Anthropic.WebSearchTool20250305 = { type: 'web_search_20250305', name: 'web_search' };
    const asking = anthropic.messages.create({ ...asClaudeCode(results), tools: [search] });
    await expect(asking).rejects.toThrow(
      expect.objectContaining({ status: 400, message: expect.stringContaining('tools.0') }),
    );
    expect(models.received).toEqual([]);
  });

  it('[GW30] is told an estimate of its tokens, since its model has no count', async () => {
    const { model, messages, system, tools } = asClaudeCode(results);
    const count = await anthropic.messages.countTokens({ model, messages, system: system ?? '', tools: tools ?? [] });
    expect(count.input_tokens).toBeGreaterThan(80);
    expect(count.input_tokens).toBeLessThan(300);
    expect(models.received).toEqual([]);
  });
});

/** The members that Codex sends. */
const asCodex = (
  model: string,
  input: OpenAI.Responses.ResponseInput,
): OpenAI.Responses.ResponseCreateParamsStreaming => ({
  model,
  instructions: 'You are Codex.',
  input: [
    {
      type: 'message',
      role: 'developer',
      content: [{ type: 'input_text', text: '<permissions>read-only</permissions>' }],
    },
    { type: 'message', role: 'user', content: [{ type: 'input_text', text: 'Change a.txt' }] },
    ...input,
  ],
  tools: [
    {
      type: 'function',
      name: 'exec_command',
      description: 'Runs.',
      strict: false,
      parameters: { type: 'object', properties: { cmd: { type: 'string' } } },
    },
    {
      type: 'custom',
      name: 'apply_patch',
      description: 'Patches.',
      format: { type: 'grammar', syntax: 'lark', definition: 'start: "*** Begin Patch"' },
    },
  ],
  tool_choice: 'auto',
  parallel_tool_calls: true,
  reasoning: { effort: 'medium', summary: 'auto' },
  store: false,
  stream: true,
  include: ['reasoning.encrypted_content'],
  prompt_cache_key: 'session-1',
});

/** The items of a streamed answer, as Codex reads them. */
async function itemsOf(params: OpenAI.Responses.ResponseCreateParamsStreaming) {
  const items: OpenAI.Responses.ResponseOutputItem[] = [];
  let isCompleted = false;
  for await (const event of await openai.responses.create(params)) {
    if (event.type === 'response.output_item.done') items.push(event.item);
    if (event.type === 'response.completed') isCompleted = true;
  }
  expect(isCompleted).toBe(true);
  return items;
}

const patch = '*** Begin Patch\n*** Update File: "ä".txt\n+\t🙂\n*** End Patch';

describe.each(['claude', 'local'])('Codex on a model that speaks another protocol (%s)', (model) => {
  it('[GW33] calls functions and patches in plain text, thinks, and goes on with the results', async () => {
    models.script({
      says: [
        { thinking: 'I patch it.', proof: 'c2lnbmF0dXJl/+==' },
        { text: 'Now.' },
        { tool: 'exec_command', arguments: { cmd: 'ls "a b"' } },
        { textTool: 'apply_patch', input: patch },
      ],
      pieceLength: 4,
    });
    const items = await itemsOf(asCodex(model, []));
    expect(items).toMatchObject([
      { type: 'reasoning', summary: [{ type: 'summary_text', text: 'I patch it.' }] },
      { type: 'message', content: [{ type: 'output_text', text: 'Now.' }] },
      { type: 'function_call', name: 'exec_command', arguments: '{"cmd":"ls \\"a b\\""}' },
      { type: 'custom_tool_call', name: 'apply_patch', input: patch },
    ]);

    models.script({ says: [{ text: 'Done.' }] });
    models.forget();
    const results = items.flatMap((item): OpenAI.Responses.ResponseInput => {
      if (item.type === 'function_call')
        return [{ type: 'function_call_output', call_id: item.call_id, output: 'a.txt' }];
      if (item.type === 'custom_tool_call')
        return [{ type: 'custom_tool_call_output', call_id: item.call_id, output: 'Success' }];
      return [];
    });
    // What the model said is sent again as it came.
    const again: OpenAI.Responses.ResponseInput = JSON.parse(JSON.stringify(items));
    expect(await itemsOf(asCodex(model, [...again, ...results]))).toMatchObject([
      { type: 'message', content: [{ text: 'Done.' }] },
    ]);
    const sent = JSON.stringify(models.received[0]?.json);
    for (const hint of ['prompt_cache_key', 'session-1', 'encrypted_content', 'ensemble-proof'])
      expect(sent).not.toContain(hint);
    expect(sent).toContain('*** End Patch');
    if (model === 'claude') {
      const { messages, thinking } = Object(models.received[0]?.json);
      expect(thinking).toMatchObject({ type: 'adaptive' });
      expect(messages).toMatchObject([
        { role: 'user' },
        {
          role: 'assistant',
          content: [
            { type: 'thinking', thinking: 'I patch it.', signature: 'c2lnbmF0dXJl/+==' },
            { type: 'text' },
            { type: 'tool_use' },
            { type: 'tool_use', input: { input: patch } },
          ],
        },
        {
          role: 'user',
          content: [
            { type: 'tool_result', content: 'a.txt' },
            { type: 'tool_result', content: 'Success' },
          ],
        },
      ]);
    }
  });
});
