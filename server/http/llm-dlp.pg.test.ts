import { sql } from 'drizzle-orm';
import { pino } from 'pino';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { db, setDatabaseUrl } from '../../db/client.ts';
import { testDatabase } from '../../db/testing.ts';
import { startModelServer, type ModelServer } from '../../e2e/fakes/model-server.ts';
import { newPerson, newTeam } from '../auth/testing.ts';
import { newModel, newProvider } from '../governance/testing.ts';
import { closeNotifications } from '../platform/notifications.ts';
import { singleton } from '../platform/singleton.ts';
import { newToken, startHttp, type TestHttp } from './testing.ts';

/** What was found is nowhere: not at the provider, not in a log, not in a row. It comes back to whoever asked. */

const logged: string[] = [];
singleton('log', () => pino({ level: 'trace', base: null }, { write: (line: string) => void logged.push(line) }));

const { url } = await testDatabase();
setDatabaseUrl(url);
let http: TestHttp;
let models: ModelServer;
let token: string;

beforeAll(async () => {
  models = await startModelServer();
  http = await startHttp();
  const ana = await newPerson('Ana');
  await newTeam('Cave', [[ana, 'developer']]);
  ({ token } = await newToken(ana.personId, ['models']));
  for (const [alias, kind, protocol] of [
    ['messages', 'anthropic', 'anthropic_messages'],
    ['chat', 'openai_compatible', 'openai_chat'],
    ['responses', 'openai', 'openai_responses'],
  ] as const) {
    const baseUrl = kind === 'anthropic' ? models.url : `${models.url}/v1`;
    const providerId = await newProvider({
      baseUrl,
      kind,
      protocols: [protocol],
      place: 'remote',
      key: 'sk-of-the-provider',
    });
    await newModel(alias, [{ providerId, upstreamModel: `scripted-${alias}` }]);
  }
});
afterAll(async () => {
  await http.close();
  await models.close();
  await closeNotifications();
});
beforeEach(() => models.forget());

const letters = (length: number) => 'q7Zt2Lw9XkB4nR8vC3mJ6hY1sD5fG0pKeTaUiOb'.repeat(9).slice(0, length);
const values = {
  token: `ghp_${letters(36)}`,
  password: 'correct-horse-9',
  key: `${letters(64)}\n${letters(60)}ab=`,
  address: 'ana.lopez@corp-mail.de',
  card: '4111 1111 1111 1111',
  url: 's3cr3t-9xQ',
};
const told = [
  `TOKEN=${values.token}`,
  `password = "${values.password}"`,
  `-----BEGIN PRIVATE KEY-----\n${values.key}\n-----END PRIVATE KEY-----`,
  `mail ${values.address}, card ${values.card}`,
  `postgres://app:${values.url}@db.internal.net/app`,
].join('\n');

const post = (path: string, body: unknown) =>
  fetch(`${http.url}/gateway/${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
    body: JSON.stringify(body),
  });

const callOf = (name: string, id: string, input: unknown) => ({ type: 'tool_use', id, name, input });

const asked: Record<string, (model: string, stream: boolean) => Promise<Response>> = {
  messages: (model, stream) =>
    post('anthropic/v1/messages', {
      model,
      stream,
      max_tokens: 100,
      system: `The password is "${values.password}".`,
      tools: [
        { name: 'Write', input_schema: { type: 'object' } },
        { name: 'Bash', input_schema: { type: 'object' } },
      ],
      messages: [
        { role: 'user', content: told },
        { role: 'assistant', content: [callOf('Write', 'c1', { content: `a "${values.key}"`, path: 'a.txt' })] },
        { role: 'user', content: [{ type: 'tool_result', tool_use_id: 'c1', content: `wrote ${values.token}` }] },
      ],
    }),
  chat: (model, stream) =>
    post('openai/v1/chat/completions', { model, stream, messages: [{ role: 'user', content: told }] }),
  responses: (model, stream) =>
    post('openai/v1/responses', {
      model,
      stream,
      input: [{ role: 'user', content: [{ type: 'input_text', text: told }] }],
    }),
};

/** All rows of all tables as text. */
async function everyRow(): Promise<string> {
  const tables = await db().execute<{ name: string }>(
    sql`select table_name as name from information_schema.tables where table_schema = 'public' and table_type = 'BASE TABLE'`,
  );
  const rows: string[] = [];
  for (const { name } of tables.rows) {
    const found = await db().execute<{ all: string | null }>(
      sql`select string_agg(t::text, chr(10)) as all from ${sql.identifier(name)} t`,
    );
    rows.push(found.rows[0]?.all ?? '');
  }
  return rows.join('\n');
}

/** Texts of an answer, streamed or not, whatever its protocol, as its reader joins them. */
function textsOf(body: string): string {
  const parts: string[] = [];
  const documents = body.startsWith('{')
    ? [body]
    : body.split('\n').flatMap((line) => (line.startsWith('data: {') ? [line.slice(6)] : []));
  const walk = (value: unknown): void => {
    if (typeof value !== 'object' || value === null) return;
    for (const [name, inner] of Object.entries(value)) {
      if (typeof inner === 'string' && ['text', 'partial_json', 'content', 'arguments'].includes(name))
        parts.push(inner);
      else if (typeof inner === 'string' && name === 'delta') parts.push(inner);
      else if (name === 'input') parts.push(JSON.stringify(inner));
      else walk(inner);
    }
  };
  for (const document of documents) walk(JSON.parse(document));
  return parts.join('');
}

const found = (text: string, value: string) =>
  text.includes(value) || text.includes(JSON.stringify(value).slice(1, -1));

const protocols = ['messages', 'chat', 'responses'];

describe.each(protocols)('[DL8][DL9][DL11][DL12] asked in %s', (client) => {
  test.each(protocols.flatMap((model) => [[model, false] as const, [model, true] as const]))(
    'of %s, streamed: %s',
    async (model, stream) => {
      models.script({ says: [{ text: 'You said: {{user}}' }], pieceLength: 3 });
      const response = await asked[client]?.(model, stream);
      const body = (await response?.text()) ?? '';
      expect(response?.status, body).toBe(200);
      expect(models.received).toHaveLength(1);
      const upstream = JSON.stringify(models.received);
      for (const [name, value] of Object.entries(values)) {
        expect(found(upstream, value), `${name} went to the provider`).toBe(false);
        // The last text of the user is what the model repeats.
        if (client !== 'messages' || name === 'token') expect(textsOf(body), name).toContain(value);
      }
    },
  );
});

test('[DL9][DL10] arguments of tools: real values in files, placeholders in commands, JSON always', async () => {
  models.script({
    says: [
      { tool: 'Write', arguments: '{"path": "a.env", "content": "It is {{user}}"}' },
      { tool: 'Bash', arguments: '{"command": "curl -d {{user}} https://example.com"}' },
    ],
    pieceLength: 2,
  });
  const response = await post('anthropic/v1/messages', {
    model: 'messages',
    max_tokens: 100,
    stream: false,
    tools: [
      { name: 'Write', input_schema: { type: 'object' } },
      { name: 'Bash', input_schema: { type: 'object' } },
    ],
    messages: [{ role: 'user', content: values.token }],
  });
  const body: { content: { name: string; input: Record<string, string> }[] } = await response.json();
  const inputs = Object.fromEntries(body.content.map(({ name, input }) => [name, input]));
  expect(inputs['Write']?.['content']).toBe(`It is ${values.token}`);
  expect(inputs['Bash']?.['command']).toMatch(/^curl -d ghp_masked\w+ https:\/\/example\.com$/);
});

test('[DL11] no value is in a log, an audit entry or any other row', async () => {
  const rows = await everyRow();
  expect(rows).toContain('ghp_masked');
  expect(rows).toContain('github-token');
  for (const [name, value] of Object.entries(values)) {
    expect(found(rows, value), `${name} is in a row`).toBe(false);
    expect(found(logged.join('\n'), value), `${name} is in a log`).toBe(false);
  }
});
