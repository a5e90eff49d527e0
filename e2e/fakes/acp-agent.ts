import { createInterface } from 'node:readline';

/**
 * An agent that misbehaves, for tests of the host: a plain program that answers just enough of ACP.
 * Its first argument is what it does when it is prompted, or what it fails to do before.
 */
type Frame = { id?: number; method?: string; params?: unknown; result?: unknown; error?: unknown };

const behaviour = process.argv[2] ?? 'polite';
const answers = new Map<number, (frame: Frame) => void>();
let lastId = 0;

const raw = (line: string) => process.stdout.write(`${line}\n`);
const send = (frame: Frame) => raw(JSON.stringify({ jsonrpc: '2.0', ...frame }));
const update = (body: Record<string, unknown>) =>
  send({ method: 'session/update', params: { sessionId: 'only', update: body } });
const say = (text: string) => update({ sessionUpdate: 'agent_message_chunk', content: { type: 'text', text } });

function ask(method: string, params: Record<string, unknown>): Promise<Frame> {
  const id = (lastId += 1);
  send({ id, method, params: { sessionId: 'only', ...params } });
  return new Promise((resolve) => answers.set(id, resolve));
}

async function tell(method: string, params: Record<string, unknown>): Promise<void> {
  const { result, error } = await ask(method, params);
  say(JSON.stringify(result ?? error));
}

const permission = {
  toolCall: { toolCallId: 'ask-1', title: 'Delete everything', kind: 'execute', status: 'pending' },
  options: [
    { optionId: 'yes', name: 'Yes', kind: 'allow_once' },
    { optionId: 'no', name: 'No', kind: 'reject_once' },
  ],
};

const turns: Record<string, () => unknown> = {
  polite: () => say('done'),
  slow: () => new Promise(() => undefined),
  exits: () => {
    say('so long');
    process.stdout.write('', () => process.exit(7));
    return new Promise(() => undefined);
  },
  closes: () => {
    process.stdout.end();
    setInterval(() => undefined, 1000);
    return new Promise(() => undefined);
  },
  malformed: () => raw('this is no message'),
  huge: () => raw(`{"jsonrpc":"2.0","method":"x","params":"${'x'.repeat(3_000_000)}"}`),
  floods: () => {
    for (let at = 0; at < 5000; at += 1)
      update({ sessionUpdate: 'tool_call', toolCallId: `call-${at}`, title: 'Flood' });
  },
  nonsense: () => {
    for (const body of [null, 7, [], { sessionUpdate: 3 }, { sessionUpdate: 'tool_call' }, { sessionUpdate: 'new' }]) {
      send({ method: 'session/update', params: { sessionId: 'only', update: body } });
    }
    send({ method: 'session/update' });
    say('still here');
  },
  asks: () => tell('session/request_permission', permission),
  outside: () => tell('fs/write_text_file', { path: '/work/../etc/passwd', content: 'x' }),
  git: () => tell('fs/write_text_file', { path: '/work/.git/hooks/post-checkout', content: 'x' }),
  reads: () => tell('fs/read_text_file', { path: '/work/a.txt', line: 2, limit: 1 }),
  errs: () => undefined,
  resumes: () => say('going on'),
  loads: () => say('going on'),
  forgets: () => say('who are you'),
};

/** What it says of its memory, and what it does when it is asked to go on with a session. */
const memories: Record<string, { capabilities: Record<string, unknown>; goOn?: (id: number) => void }> = {
  resumes: {
    capabilities: { sessionCapabilities: { resume: {} }, loadSession: true },
    goOn: (id) => send({ id, result: {} }),
  },
  loads: {
    capabilities: { loadSession: true },
    goOn: (id) => {
      say('what was said long ago');
      send({ id, result: {} });
    },
  },
  forgets: {
    capabilities: { loadSession: true },
    goOn: (id) => {
      say('let me think');
      send({ id, error: { code: -32002, message: 'no such session' } });
    },
  },
};

const input = createInterface({ input: process.stdin });
input.on('line', (line) => void serve(JSON.parse(line) as Frame));
if (behaviour === 'deaf') setInterval(() => undefined, 1000);
else input.on('close', () => process.exit(0));

async function serve(frame: Frame): Promise<void> {
  const { id } = frame;
  if (frame.method === undefined) return id === undefined ? undefined : answers.get(id)?.(frame);
  if (id === undefined || behaviour === 'silent') return;
  if (frame.method === 'initialize') {
    const protocolVersion = behaviour === 'future' ? 9 : 1;
    const agentCapabilities = memories[behaviour]?.capabilities ?? {};
    return void send({ id, result: { protocolVersion, agentCapabilities } });
  }
  const goesOn = frame.method === 'session/load' || frame.method === 'session/resume';
  if (goesOn) return memories[behaviour]?.goOn?.(id);
  if (frame.method === 'session/new') return void send({ id, result: { sessionId: 'only' } });
  if (frame.method !== 'session/prompt') return void send({ id, result: {} });
  if (behaviour === 'errs') return void send({ id, error: { code: -32603, message: 'out of ideas' } });
  await turns[behaviour]?.();
  send({ id, result: { stopReason: 'end_turn' } });
}
