import { spawn } from 'node:child_process';
import net from 'node:net';
import { afterEach, expect, test } from 'vitest';
import { runInSandbox } from '../workspace/sandbox.ts';
import { policyHookCommand, policyHookMounts } from './policy-hook.ts';
import { openPolicySocket, type HookAnswer, type PolicySocket } from './policy-socket.ts';

/** The hook as agents call it, in a real box, on a real socket. */
const open: PolicySocket[] = [];
afterEach(async () => {
  await Promise.all(open.splice(0).map((socket) => socket.close()));
});

async function openSocket(answer: (call: string, signal: AbortSignal) => Promise<HookAnswer>): Promise<PolicySocket> {
  const socket = await openPolicySocket('run_1', answer);
  open.push(socket);
  return socket;
}

async function callHook(sockets: readonly (readonly [string, string])[], { input = '{}', wait = '' } = {}) {
  const argv = ['sh', '-c', `exec ${policyHookCommand} ${wait}`];
  const result = await runInSandbox({ readOnly: policyHookMounts(), sockets, timeoutMs: 30_000 }, argv, {
    input,
    maxOutputBytes: 65_536,
  });
  return { code: result.code, out: result.stdout.toString('utf8'), err: result.stderr.toString('utf8') };
}

test('[AG33] a call reaches the host, and its answer the agent', async () => {
  const calls: string[] = [];
  const socket = await openSocket(async (call) => {
    calls.push(call);
    return calls.length === 1 ? { allowed: true } : { allowed: false, reason: 'Not “that”.' };
  });
  const input = JSON.stringify({ tool_name: 'Bash', tool_input: { command: 'x'.repeat(300_000) } });
  const allowed = await callHook([socket.mount], { input });
  expect(allowed.code).toBe(0);
  expect(JSON.parse(allowed.out)).toEqual({
    hookSpecificOutput: { hookEventName: 'PreToolUse', permissionDecision: 'allow' },
  });
  expect(calls).toEqual([input]);
  expect(JSON.parse((await callHook([socket.mount])).out)).toEqual({
    hookSpecificOutput: {
      hookEventName: 'PreToolUse',
      permissionDecision: 'deny',
      permissionDecisionReason: 'Not “that”.',
    },
  });
});

test('[AG33] without a socket the call is blocked', async () => {
  expect(await callHook([])).toMatchObject({ code: 2, out: '', err: expect.stringContaining('not done') as string });
});

test('[AG33] a host that fails while it judges blocks the call', async () => {
  const socket = await openSocket(() => Promise.reject(new Error('the database is gone')));
  expect(await callHook([socket.mount])).toMatchObject({ code: 2, out: '' });
});

test('[AG33] a hook that waits too long blocks the call, and the host hears that nobody waits', async () => {
  const gone = Promise.withResolvers<void>();
  const socket = await openSocket((_call, signal) => {
    signal.addEventListener('abort', () => gone.resolve());
    return new Promise(() => undefined);
  });
  expect(await callHook([socket.mount], { wait: '1' })).toMatchObject({ code: 2, out: '' });
  await gone.promise;
});

test('[AG33] more than a call can be is refused unread', async () => {
  let asked = 0;
  const socket = await openSocket(async () => {
    asked += 1;
    return { allowed: true };
  });
  const client = net.connect(socket.mount[0]);
  client.on('error', () => undefined);
  const closed = new Promise((resolve) => client.once('close', resolve));
  client.end(Buffer.alloc(17 * 1024 * 1024, 'x'));
  client.resume();
  await closed;
  expect(asked).toBe(0);
});

test('[AG33] the script cannot be changed from inside', async () => {
  const result = await runInSandbox(
    { readOnly: policyHookMounts(), timeoutMs: 30_000 },
    [
      'sh',
      '-c',
      `echo exit 0 > ${policyHookCommand}; rm -f ${policyHookCommand}; mv ${policyHookCommand} /tmp/x; cat ${policyHookCommand}`,
    ],
    { maxOutputBytes: 65_536 },
  );
  expect(result.stdout.toString('utf8')).toContain('socat');
});

test('[AG33] a connection that says nothing and closes is no allowance', async () => {
  const socket = await openSocket(async (call) =>
    call === '' ? { allowed: false, reason: 'empty' } : { allowed: true },
  );
  const child = spawn('sh', ['-c', `: | socat - UNIX-CONNECT:${socket.mount[0]}`]);
  const out: Buffer[] = [];
  child.stdout.on('data', (chunk: Buffer) => out.push(chunk));
  await new Promise((resolve) => child.once('close', resolve));
  expect(Buffer.concat(out).toString()).toContain('"deny"');
});
