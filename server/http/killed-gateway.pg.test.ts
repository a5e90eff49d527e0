import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';
import path from 'node:path';
import { desc } from 'drizzle-orm';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { schema, setDatabaseUrl } from '../../db/client.ts';
import { testingEnv } from '../../db/testing-data-folder.ts';
import { testDatabase } from '../../db/testing.ts';
import { auditOf } from '../auth/testing.ts';
import { newBudget } from '../governance/calls/testing.ts';
import { startCallService } from '../governance/calls/call-service.ts';
import { newId } from '../platform/ids.ts';
import { hello, startGateway, type TestGateway } from './testing-gateway.ts';

/** A process that is the gateway only; the one that carries a call is gone from one moment to the next, or asked to stop. */
const { db, url } = await testDatabase();
setDatabaseUrl(url);
let gateway: TestGateway;
let child: ChildProcess;
const service = startCallService({ nodeId: newId('node') });

beforeAll(async () => {
  gateway = await startGateway();
});
afterAll(async () => {
  child.kill('SIGKILL');
  await service.stop();
  await gateway.close();
});

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  // A server that listens on TCP has an address with a port.
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

async function startProcess(): Promise<string> {
  child = spawn(process.execPath, [path.resolve(import.meta.dirname, '../gateway.ts')], {
    env: testingEnv({
      DATABASE_URL: url,
      ENSEMBLE_ROLE: 'gateway',
      PORT: String(await freePort()),
      LOG_LEVEL: 'silent',
    }),
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [line] = await Promise.race([once(child.stdout ?? child, 'data'), once(child, 'exit')]);
  return /ready at (\S+)\/gateway/.exec(String(line))?.[1] ?? '';
}

async function lastCall() {
  const { modelCall } = schema;
  const [row] = await db.select().from(modelCall).orderBy(desc(modelCall.startedAt), desc(modelCall.id)).limit(1);
  return row;
}

it('[GW3] [BU11] a call whose process is killed while it streams ends as interrupted, with its money booked and its entry in place', async () => {
  await newBudget({ limitMicroUsd: 1e9, scope: 'team', teamId: gateway.teamId });
  const address = await startProcess();
  gateway.models.script({
    says: [{ text: 'one two three four five six' }],
    breaks: { afterEvents: 4, how: 'hang' },
  });
  const answer = await askForStream(address);
  const reader = answer.body?.getReader();
  const { value } = (await reader?.read()) ?? {};
  expect(new TextDecoder().decode(value)).toContain('message_start');
  const opened = await lastCall();
  expect(opened).toMatchObject({ state: 'started' });
  expect(opened?.reservedMicroUsd).toBeGreaterThan(0);
  child.kill('SIGKILL');
  await expect(readOn(reader)).rejects.toThrow();
  // The provider's side is over too: nobody pays for what nobody hears.
  await gateway.models.received[0]?.ended;
  await vi.waitFor(async () => expect(await lastCall()).toMatchObject({ state: 'interrupted', isEstimate: true }), {
    timeout: 30_000,
    interval: 100,
  });
  const ended = await lastCall();
  expect(ended).toMatchObject({ id: opened?.id, costMicroUsd: opened?.reservedMicroUsd });
  const [counter] = await db.select().from(schema.budgetPeriod);
  expect(counter).toMatchObject({ spentMicroUsd: opened?.reservedMicroUsd, reservedMicroUsd: 0 });
  const entries = await auditOf('model_call', opened?.id ?? '');
  expect(entries.map(({ action }) => action)).toContain('model_call.open');
}, 60_000);

/** The rest of a stream, as text. */
async function readOn(reader: ReadableStreamDefaultReader<Uint8Array> | undefined): Promise<string> {
  let text = '';
  for (;;) {
    const { done, value } = (await reader?.read()) ?? { done: true };
    if (done) return text;
    text += Buffer.from(value ?? []).toString();
  }
}

it('[GW130] a process that is the gateway only serves nothing else, and ends what is under way before it stops', async () => {
  const address = await startProcess();
  expect((await fetch(`${address}/readyz`)).status).toBe(200);
  const elsewhere = await fetch(`${address}/api/v1/me`);
  expect(elsewhere.status).toBe(404);
  expect(await elsewhere.text()).toContain('serves the gateway only');
  gateway.models.script({ says: [{ text: 'one two three four five six' }], paceMs: 100 });
  const reader = (await askForStream(address)).body?.getReader();
  await reader?.read();
  const exit = once(child, 'exit');
  child.kill('SIGTERM');
  await vi.waitFor(() => expect(fetch(`${address}/healthz`)).rejects.toThrow(), { timeout: 10_000, interval: 20 });
  expect(await readOn(reader)).toContain('message_stop');
  expect(await exit).toEqual([0, null]);
  expect(await lastCall()).toMatchObject({ state: 'succeeded', isEstimate: false });
}, 60_000);

const askForStream = async (address: string): Promise<Response> =>
  fetch(`${address}/gateway/anthropic/v1/messages`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'x-api-key': gateway.token },
    body: JSON.stringify({ ...hello, stream: true }),
  });
