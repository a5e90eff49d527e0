import { spawn, spawnSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { createInterface } from 'node:readline';

/**
 * An agent for tests of the run driver: a program that speaks just enough of ACP and does what the lines of a prompt
 * say, one after the other. It needs nothing but Node, so it runs in the real sandbox.
 *
 *   say TEXT · write PATH TEXT · read PATH · ask TITLE · run COMMAND · spawn COMMAND (in its own box) · hang · crash
 *   listen (until it is steered; says what it heard) · listen-all (until a steer says `done`); that files were put back it says at once
 *   hook TOOL JSON (asks the policy hook as agents with one do, and says its answer)
 *   one-id (from now on its calls have the same id)
 *   mcp SERVER TOOL JSON (asks the policy hook, and when it allows calls the tool of a server that it was given; says the answer)
 *   call SERVER TOOL JSON (the same without asking)
 *   js EXPRESSION (in its own box; says the value, or what went wrong)
 *   acp METHOD JSON (any request of the protocol; says the answer)
 *   work JSON (asks for `cmd` by the hook and runs it through the host, or writes `write`; says how `then` ends in its own box)
 *   try JSON (asks for a command by the hook, runs it through the host when it may, and in its own box either way)
 *
 * With the argument `remembers` it keeps what it was asked in its home and goes on with it (`session/resume`); then there are
 *   recall (says what it was asked so far) · prompted (says the whole prompt, of which the last paragraph is acted on)
 */
type Frame = {
  id?: number;
  method?: string;
  params?: unknown;
  result?: unknown;
  error?: { message: string; code?: number };
};

const waiting = new Map<number, (frame: Frame) => void>();
let nextId = 1000;
let stop = Promise.withResolvers<'cancelled'>();
let isPrompted = false;
let heard = Promise.withResolvers<string>();

const send = (frame: Frame): void => void process.stdout.write(`${JSON.stringify({ jsonrpc: '2.0', ...frame })}\n`);

function request(method: string, params: Record<string, unknown>): Promise<Frame> {
  const id = (nextId += 1);
  send({ id, method, params: { sessionId: 'only', ...params } });
  return new Promise((resolve) => waiting.set(id, resolve));
}

function update(body: Record<string, unknown>): void {
  send({ method: 'session/update', params: { sessionId: 'only', update: body } });
}

const say = (text: string) => update({ sessionUpdate: 'agent_message_chunk', content: { type: 'text', text } });

async function ask(title: string, index: number): Promise<void> {
  const toolCall = { toolCallId: `ask-${index}`, title, kind: 'execute', status: 'pending' };
  const options = [
    { optionId: 'yes', name: 'Yes', kind: 'allow_once' },
    { optionId: 'no', name: 'No', kind: 'reject_once' },
  ];
  const { result, error } = await request('session/request_permission', { toolCall, options });
  say(`answer ${JSON.stringify(result ?? error)}`);
}

async function run(command: string): Promise<void> {
  const { result, error } = await request('terminal/create', { command });
  if (error) return say(`refused: ${error.message}`);
  const { terminalId } = result as { terminalId: string };
  await request('terminal/wait_for_exit', { terminalId });
  const output = await request('terminal/output', { terminalId });
  say(`ran ${JSON.stringify(output.result)}`);
}

async function read(path: string): Promise<void> {
  const { result, error } = await request('fs/read_text_file', { path: `/work/${path}` });
  say(JSON.stringify(result ?? error));
}

async function write(path: string, text: string): Promise<void> {
  const { error } = await request('fs/write_text_file', { path: `/work/${path}`, content: `${text}\n` });
  if (error) say(`refused: ${error.message}`);
}

async function evaluate(expression: string): Promise<void> {
  const source = `data:text/javascript,export default await (${encodeURIComponent(expression)})`;
  const value = await import(source).then(
    (module: { default: unknown }) => module.default,
    (error: Error) => ({ failed: (error.cause instanceof Error ? error.cause : error).message }),
  );
  say(`value ${JSON.stringify(value)}\n`);
}

async function listen(): Promise<string> {
  const text = await heard.promise;
  heard = Promise.withResolvers();
  say(`heard ${text}\n`);
  return text;
}

async function listenAll(): Promise<void> {
  while (!(await listen()).endsWith('done'));
}

/** What is said into the turn at work; given back when there is none, or when nobody listens to it. */
function steer(id: number, params: { prompt: { text: string }[] }): void {
  if (!isPrompted) return send({ id, result: { outcome: 'promptRequired', reason: 'noRunningTurn' } });
  const text = params.prompt[0]?.text ?? '';
  // That its files are other ones is heard at any time, and is not what a line waits for.
  if (text.includes('Look at them again')) say(`told ${text}\n`);
  else heard.resolve(text);
  send({ id, result: { outcome: 'injected' } });
}

type Memory = { id: string; asked: string[] };

const remembers = process.argv.includes('remembers');
const memoryFile = `${homedir()}/memory.json`;
let memory: Memory = { id: 'only', asked: [] };
let prompted = '';

function remember(): void {
  if (remembers) writeFileSync(memoryFile, JSON.stringify(memory));
}

/** Whether it knows the session, and goes on with it. */
function resume(id: string): boolean {
  if (!existsSync(memoryFile)) return false;
  const known = JSON.parse(readFileSync(memoryFile, 'utf8')) as Memory;
  if (known.id !== id) return false;
  memory = known;
  return true;
}

type McpServer = { name: string; command: string; args: string[] };
let mcpServers: McpServer[] = [];

function mcp(text: string): void {
  const [server = '', tool = '', ...rest] = text.split(' ');
  const given = rest.join(' ');
  if (hook(`mcp__${server}__${tool} ${given}`)) callTool(text);
}

function callTool(text: string): void {
  const [server = '', tool = '', ...rest] = text.split(' ');
  const given = rest.join(' ');
  const found = mcpServers.find(({ name }) => name === server);
  if (!found) return say(`no server ${server}\n`);
  const calls = [
    { id: 1, method: 'initialize', params: { protocolVersion: '2025-06-18', capabilities: {}, clientInfo: {} } },
    { id: 2, method: 'tools/call', params: { name: tool, arguments: JSON.parse(given) as unknown } },
  ];
  const input = calls.map((call) => `${JSON.stringify({ jsonrpc: '2.0', ...call })}\n`).join('');
  const { stdout } = spawnSync(found.command, found.args, { input, encoding: 'utf8' });
  const answer = stdout.split('\n').find((line) => line.includes('"id":2'));
  say(`called ${answer ?? 'without an answer'}\n`);
}

let hookCalls = 0;
/** Some models give all of their calls one id. */
let hasOneId = false;

function hook(text: string): boolean {
  const at = text.indexOf(' ');
  if (!hasOneId) hookCalls += 1;
  const call = { tool_name: text.slice(0, at), tool_input: JSON.parse(text.slice(at)) as unknown, cwd: '/work' };
  const input = JSON.stringify({ ...call, tool_use_id: `hook-${hookCalls}` });
  const { status, stdout } = spawnSync('/opt/policy/policy-hook', { input, encoding: 'utf8' });
  const answer = status === 0 ? (JSON.parse(stdout) as { hookSpecificOutput: object }).hookSpecificOutput : {};
  say(`hook ${status} ${JSON.stringify(answer)}\n`);
  return JSON.stringify(answer).includes('"permissionDecision":"allow"');
}

/** Whether its hook said yes to a command. */
function mayRun(command: string): boolean {
  const input = JSON.stringify({ tool_name: 'Bash', tool_input: { command }, cwd: '/work' });
  const { status, stdout } = spawnSync('/opt/policy/policy-hook', { input, encoding: 'utf8' });
  return status === 0 && stdout.includes('"allow"');
}

async function tryCommand(text: string): Promise<void> {
  const command = JSON.parse(text) as string;
  if (mayRun(command)) await run(command);
  const limits = { timeout: 4_000, killSignal: 'SIGKILL', maxBuffer: 64 * 1024 } as const;
  const { stdout, stderr } = spawnSync('/bin/sh', ['-c', command], { ...limits, cwd: '/work', encoding: 'utf8' });
  say(`tried ${JSON.stringify({ stdout, stderr })}\n`);
}

async function work(text: string): Promise<void> {
  const { cmd, write: file, text: words, then } = JSON.parse(text) as Record<string, string | undefined>;
  if (file !== undefined) await write(file, words ?? '');
  else if (mayRun(cmd ?? '')) await run(cmd ?? '');
  const code = then === undefined ? 0 : spawnSync('/bin/sh', ['-c', then], { cwd: '/work' }).status;
  if (code !== 0) say(`missing ${JSON.stringify(cmd ?? file)}\n`);
}

async function anyRequest(text: string): Promise<void> {
  const at = text.indexOf(' ');
  const { result, error } = await request(text.slice(0, at), JSON.parse(text.slice(at)) as Record<string, unknown>);
  say(`acp ${JSON.stringify(result ?? { refused: error?.message })}\n`);
}

const verbs: Record<string, (text: string, index: number) => unknown> = {
  say,
  ask,
  run,
  read,
  hook,
  mcp,
  call: callTool,
  js: evaluate,
  acp: anyRequest,
  try: tryCommand,
  work,
  'one-id': () => void ((hasOneId = true), (hookCalls = 1)),
  listen: async () => void (await listen()),
  'listen-all': listenAll,
  write: (text) => write(text.split(' ')[0] ?? '', text.split(' ').slice(1).join(' ')),
  hang: () => new Promise(() => setInterval(() => undefined, 1000)),
  crash: () => process.exit(3),
  recall: () => say(`asked ${JSON.stringify(memory.asked)}\n`),
  prompted: () => say(`prompted ${prompted}\n`),
  spawn: (text) => spawn('/bin/sh', ['-c', text], { stdio: 'ignore', detached: true }),
};

async function act(line: string, index: number): Promise<void> {
  const [verb = '', ...rest] = line.split(' ');
  await verbs[verb]?.(rest.join(' '), index);
}

async function prompt(id: number, params: { prompt: { text: string }[] }): Promise<void> {
  stop = Promise.withResolvers();
  isPrompted = true;
  prompted = params.prompt[0]?.text ?? '';
  const told = remembers ? (prompted.split('\n\n').at(-1) ?? '') : prompted;
  const lines = told.split('\n');
  memory.asked.push(told);
  remember();
  const acting = (async () => {
    for (const [index, line] of lines.entries()) await act(line.trim(), index);
    return 'end_turn' as const;
  })();
  const stopReason = await Promise.race([acting, stop.promise]);
  isPrompted = false;
  send({ id, result: { stopReason, usage: { inputTokens: 10, outputTokens: 5, totalTokens: 15 } } });
}

const modes = { currentModeId: 'edit', availableModes: [{ id: 'edit', name: 'Edit' }] };

type Params = { sessionId: string; prompt: { text: string }[]; mcpServers: McpServer[] };

const methods: Record<string, (id: number, params: Params) => void> = {
  initialize: (id) => {
    const agentCapabilities = remembers ? { sessionCapabilities: { resume: {} } } : {};
    const _meta = process.argv.includes('steers') ? { steering: { supported: true } } : {};
    send({ id, result: { protocolVersion: 1, agentCapabilities, _meta } });
  },
  'session/new': (id, params) => {
    mcpServers = params.mcpServers;
    if (remembers) memory = { id: `mem-${process.pid}-${Date.now()}`, asked: [] };
    send({ id, result: { sessionId: memory.id, modes } });
  },
  'session/resume': (id, { sessionId }) =>
    send(resume(sessionId) ? { id, result: { modes } } : { id, error: { message: 'no such session', code: -32002 } }),
  'session/prompt': (id, params) => void prompt(id, params),
  '_session/steering': (id, params) => steer(id, params),
};

function serve(frame: Frame): void {
  const { id, method } = frame;
  if (method === undefined) return waiting.get(id ?? 0)?.(frame);
  if (method === 'session/cancel' && !process.argv.includes('deaf')) return stop.resolve('cancelled');
  if (id === undefined) return undefined;
  const answer = methods[method];
  if (answer) return answer(id, frame.params as Parameters<typeof answer>[1]);
  return void send({ id, result: {} });
}

// Only as a program: the test that starts it imports its path, not the file.
createInterface({ input: process.stdin })
  .on('line', (line) => serve(JSON.parse(line) as Frame))
  .on('close', () => process.exit(0));
