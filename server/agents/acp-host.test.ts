import { spawn } from 'node:child_process';
import path from 'node:path';
import { afterEach, expect, test, vi } from 'vitest';
import { AppError } from '../core/errors.ts';
import type { SessionEventBody } from '../core/session-event.ts';
import { startAgent } from './acp-host.ts';
import type { AgentHandlers, HostLimits, RunningAgent } from './acp-types.ts';
import { actionTitle } from '../core/agent-action.ts';
import { getAgentProfile } from './registry.ts';

/** A compiler is loaded or a program started in each; a busy machine needs time for it. */
vi.setConfig({ testTimeout: 30_000 });

/** The host against an agent that misbehaves; the sandbox is not part of this. */
const program = path.resolve(import.meta.dirname, '../../e2e/fakes/acp-agent.ts');
const agents: RunningAgent[] = [];
const children: ReturnType<typeof spawn>[] = [];
afterEach(async () => {
  for (const agent of agents.splice(0)) await agent.stop();
  for (const child of children.splice(0)) child.kill('SIGKILL');
});

async function start(
  behaviour: string,
  given: { handlers?: Partial<AgentHandlers>; limits?: Partial<HostLimits>; resume?: string } = {},
) {
  const child = spawn(process.execPath, [program, behaviour], { stdio: ['pipe', 'pipe', 'inherit'] });
  children.push(child);
  const events: SessionEventBody[] = [];
  const writes: string[] = [];
  const exited = new Promise<{ code: number | null; signal: string | null }>((resolve) => {
    child.once('exit', (code, signal) => resolve({ code, signal }));
  });
  const agent = await startAgent({
    profile: getAgentProfile('refactor'),
    process: { stdin: child.stdin, stdout: child.stdout, exited, kill: () => void child.kill('SIGKILL') },
    handlers: {
      readTextFile: async () => 'one\ntwo\nthree\n',
      writeTextFile: async (file) => void writes.push(file),
      createTerminal: async () => Promise.reject(new AppError('forbidden', 'No commands here.')),
      requestPermission: async () => ({ decision: 'deny', reason: 'No.' }),
      onEvent: (event) => void events.push(event),
      storeText: async () => 'blob_1',
      ...given.handlers,
    },
    runId: 'run_1',
    mode: 'edit',
    ...(given.resume !== undefined && { resume: given.resume }),
    limits: { cancelTimeoutMs: 500, ...given.limits },
  });
  agents.push(agent);
  const said = () => events.flatMap((event) => (event.type === 'agent_text' ? [event.text] : [])).join('');
  return { agent, events, writes, said, exited };
}

test('a polite agent succeeds, and every event is there when the prompt resolves', async () => {
  const { agent, said } = await start('polite');
  expect(await agent.prompt('hello')).toEqual({ state: 'succeeded' });
  expect(said()).toBe('done');
});

test.each([
  ['exits', /ended unexpectedly \(exit code 7\)/],
  ['closes', /closed its connection/],
  ['malformed', /not a protocol message: this is no message/],
  ['huge', /a message larger than 1 MB/],
  ['floods', /more than 1,000 updates/],
  ['errs', /answered with an error: out of ideas/],
])('an agent that %s fails its run with the reason', async (behaviour, reason) => {
  const { agent } = await start(behaviour, { limits: { maxFrameBytes: 1024 * 1024, maxEvents: 1000 } });
  expect(await agent.prompt('go')).toMatchObject({ state: 'failed', reason: expect.stringMatching(reason) });
});

test('what an agent said before it died is kept', async () => {
  const { agent, said } = await start('exits');
  await agent.prompt('go');
  expect(said()).toBe('so long');
});

test('updates without a meaning are passed over', async () => {
  const { agent, said, events } = await start('nonsense');
  expect(await agent.prompt('go')).toEqual({ state: 'succeeded' });
  expect(said()).toBe('still here');
  expect(events.every((event) => event.type === 'agent_text')).toBe(true);
});

test('an agent that never answers initialize is refused in time', async () => {
  await expect(start('silent', { limits: { startTimeoutMs: 300 } })).rejects.toMatchObject({
    code: 'unavailable',
    message: expect.stringContaining('did not answer initialize in time'),
  });
});

test('an agent that speaks another version is refused', async () => {
  await expect(start('future')).rejects.toMatchObject({ message: expect.stringContaining('version 9') });
});

test('an agent that does not answer a cancel is ended, and the turn counts as cancelled', async () => {
  const { agent, exited } = await start('slow');
  const outcome = agent.prompt('go');
  await agent.cancel();
  expect(await outcome).toEqual({ state: 'cancelled' });
  expect((await exited).signal).toBe('SIGKILL');
});

test('an agent that ignores the end of its input is ended by stop', async () => {
  const { agent, exited } = await start('deaf');
  await agent.stop();
  expect((await exited).signal).toBe('SIGKILL');
});

test.each([
  ['outside', 'outside the repository'],
  ['git', 'belongs to git'],
])('a write to a path that is %s is refused with the reason', async (behaviour, reason) => {
  const { agent, writes, said } = await start(behaviour);
  expect(await agent.prompt('go')).toEqual({ state: 'succeeded' });
  expect(writes).toEqual([]);
  expect(said()).toContain(reason);
});

test('a part of a file is read by lines', async () => {
  const { agent, said } = await start('reads');
  await agent.prompt('go');
  expect(said()).toBe('{"content":"two\\n"}');
});

test('a permission is asked after its tool call is in the log, and a no is passed on', async () => {
  const order: string[] = [];
  const { agent, said } = await start('asks', {
    handlers: {
      requestPermission: async (question) => {
        order.push(actionTitle(question.action));
        return { decision: 'deny', reason: 'No.' };
      },
      onEvent: (event) => void order.push(event.type),
    },
  });
  await agent.prompt('go');
  expect(order.slice(0, 2)).toEqual(['tool_call', 'Delete everything']);
  expect(said()).toBe('');
});

test('a cancel makes an open question void', async () => {
  const asked = Promise.withResolvers<AbortSignal>();
  const { agent } = await start('asks', {
    handlers: {
      requestPermission: (_question, signal) => {
        asked.resolve(signal);
        return new Promise(() => undefined);
      },
    },
  });
  const outcome = agent.prompt('go');
  const signal = await asked.promise;
  await agent.cancel();
  expect(signal.aborted).toBe(true);
  expect(await outcome).toEqual({ state: 'cancelled' });
});

test('an error of ours ends the run, and its cause is told', async () => {
  const broken = new Error('the log is gone');
  const { agent } = await start('polite', { handlers: { onEvent: () => Promise.reject(broken) } });
  expect(await agent.prompt('go')).toMatchObject({ state: 'failed', cause: broken });
});

test.each([
  ['resumes', { id: 'ses-1', memory: 'kept' }, 'going on'],
  ['loads', { id: 'ses-1', memory: 'kept' }, 'going on'],
  ['forgets', { id: 'only', memory: 'new' }, 'who are you'],
  ['polite', { id: 'only', memory: 'new' }, 'done'],
])(
  '[AG75] an agent that %s goes on as far as it can, and what it repeats is not logged',
  async (how, session, words) => {
    const { agent, said } = await start(how, { resume: 'ses-1' });
    expect(agent.session).toMatchObject(session);
    expect(await agent.prompt('go on')).toEqual({ state: 'succeeded' });
    expect(said()).toBe(words);
  },
);
