import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { and, desc, eq } from 'drizzle-orm';
import pg from 'pg';
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { schema, setDatabaseUrl } from '../../db/client.ts';
import { testDatabase } from '../../db/testing.ts';
import { auditOf } from '../auth/testing.ts';
import { systemContext } from '../context.ts';
import { createGateway } from '../gateway/gateway.ts';
import { forgetBudgets } from '../governance/budgets/known-budgets.ts';
import { newBudget } from '../governance/calls/testing.ts';
import { shippedPolicies } from '../governance/policies/shipped-policies.ts';
import { policy, putInForce } from '../governance/testing-policies.ts';
import { newId } from '../platform/ids.ts';
import { claimRun } from '../runs/claim-run.ts';
import { issueRunKey } from '../runs/issue-run-key.ts';
import { newTestSession, newTestWorker, logOf } from '../runs/testing.ts';
import { sendPrompt } from '../sessions/send-prompt.ts';
import { handleGateway } from './llm.ts';
import { hello, startGateway, type TestGateway } from './testing-gateway.ts';

const { db, url } = await testDatabase();
setDatabaseUrl(url);
let gateway: TestGateway;
let restricted: string;
const claude = { 'user-agent': 'claude-cli/2.1.316 (external, cli)' };
const secret = 'ghp_q7Zt2Lw9XkB4nR8vC3mJ6hY1sD5fG0pKeTaU';

beforeAll(async () => {
  gateway = await startGateway();
  restricted = newId('prj');
  await db.insert(schema.project).values({
    id: restricted,
    teamId: gateway.teamId,
    name: 'Vault',
    slug: 'vault',
    source: { type: 'empty' },
    status: 'ready',
    sensitivity: 'restricted',
    createdBy: gateway.ana.personId,
  });
});
const doors: ReturnType<typeof createServer>[] = [];
const patience = { timeout: 20_000 };
afterAll(async () => {
  for (const door of doors) door.close();
  await gateway.close();
});
beforeEach(() => gateway.models.forget());

const inVault = { 'x-ensemble-project': 'vault' };

async function lastCall() {
  const { modelCall } = schema;
  const [row] = await db.select().from(modelCall).orderBy(desc(modelCall.startedAt), desc(modelCall.id)).limit(1);
  return row;
}

/** Runs a statement as the owner of the database. */
async function asOwner(statement: string): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    await client.query(statement);
  } finally {
    await client.end();
  }
}

async function whileBroken(table: string, act: () => Promise<void>): Promise<void> {
  await asOwner(`alter table ${table} add constraint broken check (false) not valid`);
  try {
    await act();
  } finally {
    await asOwner(`alter table ${table} drop constraint broken`);
  }
}

describe('the order of the steps', () => {
  it('[GW2] nobody’s body is read before it is known who sends it', async () => {
    const response = await gateway.ask('x'.repeat(1_000), { headers: { 'x-api-key': 'ens_unknown' } });
    expect(response.status).toBe(401);
    expect(await response.json()).toMatchObject({ type: 'error', error: { type: 'authentication_error' } });
  });

  it('[GW2] policy comes before inspection, and nothing is set aside for what is denied', async () => {
    const body = { ...hello, messages: [{ role: 'user', content: `my token is ${secret}` }] };
    const response = await gateway.ask(body, { headers: inVault });
    expect(response.status).toBe(403);
    expect(await lastCall()).toMatchObject({ state: 'denied', deniedBy: 'policy', findings: [], reservedMicroUsd: 0 });
    expect(gateway.models.received).toHaveLength(0);
  });

  it('[GW2] inspection comes before the budget: what is set aside is for what would be sent', async () => {
    const body = { ...hello, messages: [{ role: 'user', content: `my token is ${secret}` }] };
    expect((await gateway.ask(body)).status).toBe(200);
    expect(JSON.stringify(gateway.models.received[0]?.json)).not.toContain(secret);
    expect((await lastCall())?.findings).toMatchObject([{ action: 'mask', count: 1 }]);
  });

  it.each(['model_call', 'audit_entry'])('[GW3] a call that cannot be written to %s is not made', async (table) => {
    await whileBroken(table, async () => {
      const response = await gateway.ask(hello);
      expect(response.status).toBeGreaterThanOrEqual(500);
    });
    expect(gateway.models.received).toHaveLength(0);
  });

  it('[GW3] what was masked and cannot be kept does not leave', async () => {
    const other = secret.replace('ghp_q7', 'ghp_Xa');
    const body = { ...hello, messages: [{ role: 'user', content: `another is ${other}` }] };
    await whileBroken('masked_value', async () => {
      expect((await gateway.ask(body)).status).toBeGreaterThanOrEqual(500);
    });
    expect(gateway.models.received).toHaveLength(0);
  });
});

describe('a denial', () => {
  it('[GW60] [GW61] is an answer for an agent: a streamed text that names the rule and what to do, and the end of its turn', async () => {
    const response = await gateway.ask({ ...hello, stream: true }, { headers: { ...inVault, ...claude } });
    expect(response.status).toBe(200);
    const text = await response.text();
    expect(text).toContain('Restricted projects use local models only');
    expect(text).toContain('restricted-stays-local');
    expect(text).toContain('Choose a local model for this session');
    expect(text).toContain('"stop_reason":"end_turn"');
    expect(text.trimEnd()).toMatch(/data: \{"type":"message_stop"\}$/);
  });

  it.each([
    ['/openai/v1/chat/completions', { messages: hello.messages }],
    ['/openai/v1/responses', { input: 'Good morning' }],
  ])('[GW60] is told in each protocol, as answer and as error: %s', async (path, body) => {
    const asked = { model: 'large', ...body };
    const answer = await gateway.ask(asked, { path, headers: { ...inVault, 'user-agent': 'codex_cli_rs/0.166.0' } });
    expect(answer.status).toBe(200);
    expect(await answer.text()).toContain('Restricted projects use local models only');
    const error = await gateway.ask(asked, { path, headers: { ...inVault, 'user-agent': 'OpenAI/JS 6.0.0' } });
    expect(error.status).toBe(403);
    expect((await error.json()).error.message).toContain('Restricted projects use local models only');
  });

  it('[GW61] by a budget says which, and when there is more', async () => {
    const budgetId = await newBudget({ limitMicroUsd: 1, teamId: gateway.teamId, scope: 'team', period: 'month' });
    const response = await gateway.ask(hello, { headers: claude });
    const [content] = (await response.json()).content;
    expect(content.text).toContain('budget');
    expect(gateway.models.received).toHaveLength(0);
    expect(await lastCall()).toMatchObject({ state: 'denied', deniedBy: 'budget' });
    await db.delete(schema.budget).where(eq(schema.budget.id, budgetId));
    forgetBudgets();
  });

  it('[GW63] is in the record with its rules, and in the audit log', async () => {
    await gateway.ask(hello, { headers: inVault });
    const call = await lastCall();
    expect(call?.rules).toMatchObject([{ id: 'restricted-stays-local' }]);
    expect(await auditOf('model_call', call?.id ?? '')).toHaveLength(1);
  });

  it('[GW62] of a run shows in its session', async () => {
    const run = await newRun({ sensitivity: 'restricted' });
    const response = await run.ask(hello);
    expect(response.status).toBe(200);
    expect(await response.text()).toContain('Restricted projects use local models only');
    const denial = { runId: run.runId, model: 'large', why: 'policy' };
    expect(await run.told('model_call_denied')).toMatchObject([denial]);
  });
});

/** A claimed run of a session of its own, and its door to the gateway. */
async function newRun({ sensitivity }: { sensitivity: 'internal' | 'restricted' }) {
  const { sessionId, developer, teamId } = await newTestSession();
  const workerId = await newTestWorker();
  const { runId } = await sendPrompt(developer.ctx, { sessionId, text: 'Go', agent: 'refactor' });
  const run = await claimRun(systemContext('worker'), { runId, workerId });
  const key = await issueRunKey(systemContext('worker'), { runId, workerId, attempt: run?.attempt ?? 1 });
  const { project } = schema;
  await db
    .update(project)
    .set({ sensitivity })
    .where(and(eq(project.teamId, teamId)));
  const server = createServer(
    (req, res) => void handleGateway(req, res, { gateway: createGateway(), path: req.url ?? '', runId }),
  );
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  doors.push(server);
  // A server that listens on TCP has an address with a port.
  const { port } = server.address() as AddressInfo;
  return {
    runId,
    ask: (body: unknown) =>
      fetch(`http://127.0.0.1:${port}/anthropic/v1/messages`, {
        method: 'POST',
        headers: { authorization: `Bearer ${key}` },
        body: JSON.stringify(body),
      }),
    told: async (type: string) => (await logOf(sessionId)).filter((body) => body['type'] === type),
  };
}

it('[GW68] what leaves as it is with a word is told: by a header, and to a run’s session once', async () => {
  const notice = policy(
    'personal-with-notice',
    'permit (principal, action == Action::"sendWithNotice", resource) when { context.dataClass == "personal" }',
  );
  await putInForce(null, shippedPolicies + notice, gateway.ana.personId);
  const run = await newRun({ sensitivity: 'internal' });
  const body = { ...hello, messages: [{ role: 'user', content: 'Write to ana.lopez@corp-mail.de' }] };
  await vi.waitFor(async () => {
    const response = await run.ask(body);
    expect(response.headers.get('x-ensemble-notice')).toBe('sent as it is: personal');
  }, patience);
  expect((await run.ask(body)).headers.get('x-ensemble-notice')).toBe('sent as it is: personal');
  expect(JSON.stringify(gateway.models.received.at(-1)?.json)).toContain('ana.lopez@corp-mail.de');
  const sent = [{ runId: run.runId, model: 'large', classes: ['personal'] }];
  await vi.waitFor(async () => expect(await run.told('data_sent')).toMatchObject(sent), patience);
});

it('[GW67] policy is asked about each target: a fallback that may not be used is never asked', async () => {
  gateway.models.script({ error: { status: 500 } });
  await asOwner(`update provider set place = 'local' where name = 'First'`);
  await asOwner(`select pg_notify('models_changed', '')`);
  await vi.waitFor(async () => {
    gateway.spare.forget();
    const response = await gateway.ask({ ...hello, model: 'sure' }, { headers: inVault });
    expect(response.status, await response.clone().text()).toBe(500);
  }, patience);
  expect(gateway.spare.received).toHaveLength(0);
});

it('[DL22] a document that cannot be read is on record, and stays here where policy blocks what cannot be read', async () => {
  const document = {
    type: 'document',
    source: { type: 'base64', media_type: 'application/pdf', data: 'JVBERi0xLjcK' },
  };
  const body = { ...hello, messages: [{ role: 'user', content: [document, { type: 'text', text: 'Read it' }] }] };
  gateway.models.script({ says: [{ text: 'read' }] });
  expect((await gateway.ask(body)).status).toBe(200);
  const unread = { class: 'unread', detector: 'application/pdf', count: 1 };
  expect(await lastCall()).toMatchObject({ findings: [{ ...unread, action: 'allow' }] });
  const closed = policy(
    'no-documents',
    'forbid (principal, action in [Action::"sendUnredacted", Action::"sendWithNotice", Action::"sendMasked"], resource) when { context.dataClass == "unread" }',
  );
  await putInForce(null, shippedPolicies + closed, gateway.ana.personId);
  await vi.waitFor(async () => expect((await gateway.ask(body)).status).toBe(403), patience);
  expect(await lastCall()).toMatchObject({ state: 'denied', findings: [{ ...unread, action: 'block' }] });
});
