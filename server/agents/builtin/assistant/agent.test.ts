import { afterEach, expect, test, vi } from 'vitest';
import { ModelError } from './model-error.ts';
import { call, startTestHost, type TestHost } from './testing-agent-host.ts';

let host: TestHost;
afterEach(() => host.close());

const start = async (...given: Parameters<typeof startTestHost>) => (host = await startTestHost(...given));

const cards = () => host.updates.flatMap((update) => (update.sessionUpdate === 'tool_call' ? [update] : []));
const ends = () =>
  host.updates.flatMap((update) =>
    (update.sessionUpdate === 'tool_call_update' || update.sessionUpdate === 'tool_call') &&
    (update.status === 'completed' || update.status === 'failed')
      ? [update.status]
      : [],
  );
const lastQuestion = () => host.asked.at(-1)?.messages.findLast(({ role }) => role === 'user')?.content;

test('[AG90] texts, thoughts and usage are told, and the turn ends when the model has nothing more to call', async () => {
  await start();
  const usage = { inputTokens: 100, outputTokens: 7, cachedReadTokens: 50 };
  host.answers = [{ thought: 'Hm', text: 'Good day', usage }];
  const end = await host.prompt(await host.open(), 'Ana writes:\n\nHello');
  expect(end).toMatchObject({ stopReason: 'end_turn', usage: { inputTokens: 100, outputTokens: 7, totalTokens: 107 } });
  expect(host.updates.map(({ sessionUpdate }) => sessionUpdate)).toEqual([
    'agent_thought_chunk',
    'agent_message_chunk',
    'usage_update',
  ]);
  expect(host.updates.at(-1)).toMatchObject({ used: 107, size: 40_000 });
  expect(lastQuestion()).toBe('Ana writes:\n\nHello');
});

test('[AG90] an edit is shown with the whole file before and after, and written through the host', async () => {
  await start({ 'a.ts': 'one\ntwo\n' });
  host.answers = [{ calls: [call('edit', { path: 'a.ts', edits: [{ old: 'two', new: 'three' }] })] }];
  await host.prompt(await host.open(), 'Go');
  expect(cards()).toMatchObject([
    {
      title: 'Edit a.ts',
      kind: 'edit',
      status: 'pending',
      content: [{ type: 'diff', oldText: 'one\ntwo\n', newText: 'one\nthree\n' }],
    },
  ]);
  expect(ends()).toEqual(['completed']);
  expect(await host.read('a.ts')).toBe('one\nthree\n');
});

test('[AG91] a file that the model has not read, or that has changed since, is not overwritten', async () => {
  await start({ 'a.ts': 'one\n' });
  const write = call('write', { path: 'a.ts', content: 'new\n' });
  host.answers = [{ calls: [write] }, { calls: [call('read', { path: 'a.ts' })] }, { calls: [write] }];
  await host.prompt(await host.open(), 'Go');
  expect(host.results()[0]).toContain('you have not read it');
  expect(host.results()[2]).toBe('Changed a.ts.');
  expect(await host.read('a.ts')).toBe('new\n');
});

test.each([
  ['a path outside', 'read', { path: '../../etc/passwd' }, 'outside the project'],
  ['a file that is not there', 'read', { path: 'none.ts' }, /not found/i],
  ['a tool that is not there', 'fly', {}, 'There is no tool fly here. There are: read, list'],
  ['an argument of a wrong kind', 'read', { path: 'a.ts', from: 'soon' }, 'from: '],
  ['no JSON', 'read', '{"path": "a.', 'end in the middle'],
  ['a pattern that is none', 'search', { pattern: '(' }, 'The pattern cannot be used'],
])('[AG92] %s is the result of the call, not the end of the turn', async (_, name, args, words) => {
  await start({ 'a.ts': 'one\n' });
  host.answers = [{ calls: [call(name, args)] }, { text: 'I see.' }];
  expect(await host.prompt(await host.open(), 'Go')).toMatchObject({ stopReason: 'end_turn' });
  expect(host.results()).toEqual([expect.stringMatching(words)]);
  expect(ends()).toEqual(['failed']);
  expect(host.texts()).toBe('I see.');
});

test('[AG92] a call that is made again and again with the same outcome ends the turn, with a word before', async () => {
  await start();
  host.answers = Array.from({ length: 20 }, () => ({ calls: [call('read', { path: 'none.ts' })] }));
  expect(await host.prompt(await host.open(), 'Go')).toMatchObject({ stopReason: 'end_turn' });
  expect(host.asked).toHaveLength(5);
  expect(host.results().at(-1)).toContain('Do something else');
  expect(host.texts()).toContain('I stopped here: the model made the same call 5 times');
});

test('[AG92] calls under one id, or none, are told apart', async () => {
  await start({ 'a.ts': 'A', 'b.ts': 'B' });
  const same = (path: string, id: string) => ({ ...call('read', { path }), id });
  host.answers = [{ calls: [same('a.ts', 'x'), same('b.ts', 'x')] }, { calls: [same('a.ts', '')] }];
  await host.prompt(await host.open(), 'Go');
  expect(host.results()).toEqual(['1\tA', '1\tB', '1\tA']);
});

test('calls that only look are done side by side, others in their order', async () => {
  await start({ 'a.ts': 'A' });
  host.answers = [
    {
      calls: [
        call('read', { path: 'a.ts' }),
        call('list', {}),
        call('write', { path: 'b.ts', content: 'B' }),
        call('read', { path: 'b.ts' }),
      ],
    },
  ];
  await host.prompt(await host.open(), 'Go');
  expect(host.results()).toEqual(['1\tA', 'a.ts', 'Created b.ts.', '1\tB']);
  const kinds = host.updates.flatMap((update) =>
    update.sessionUpdate === 'tool_call' || update.sessionUpdate === 'tool_call_update' ? [update.status] : [],
  );
  // Both lookers begin before either is done.
  expect(kinds.slice(0, 4).filter((status) => status === 'completed')).toEqual([]);
});

test.each(['ask', 'edit', 'auto'])(
  '[AG94] in the mode %s the host is asked before each effect, with what it needs to judge it',
  async (mode) => {
    await start({ 'lib/a.ts': 'A' });
    const before: string[] = [];
    host.onPermission = () => {
      before.push(host.commands.join());
      return { outcome: { outcome: 'selected', optionId: 'allow' } };
    };
    host.answers = [
      {
        calls: [
          call('read', { path: 'lib/a.ts' }),
          call('write', { path: 'b.ts', content: 'B\n' }),
          call('run', { command: 'npm test', cwd: 'lib' }),
        ],
      },
    ];
    await host.prompt(await host.open(mode), 'Go');
    expect(host.permissions.map(({ toolCall }) => toolCall)).toMatchObject([
      { kind: 'edit', content: [{ type: 'diff', oldText: null, newText: 'B\n' }] },
      { kind: 'execute', rawInput: { command: 'npm test', cwd: `${host.root}/lib` } },
    ]);
    expect(before).toEqual(['', '']);
    expect(host.commands).toEqual(['npm test']);
  },
);

test('[AG94] in the mode plan nothing that changes files is offered, and a call of it changes nothing', async () => {
  await start();
  host.answers = [{ calls: [call('write', { path: 'a.ts', content: 'made\n' })] }];
  await host.prompt(await host.open('plan'), 'Go');
  const names = host.asked[0]?.tools?.map((tool) => tool.function.name);
  expect(names).not.toContain('write');
  expect(names).not.toContain('edit');
  expect(host.results()[0]).toContain('There is no tool write here');
  await expect(host.read('a.ts')).rejects.toThrow(/ENOENT/);
});

test('[AG94] what people do not allow is not done, and the model goes on knowing it', async () => {
  await start();
  host.onPermission = () => ({
    outcome: { outcome: 'selected', optionId: 'deny' },
    _meta: { ensemble: { reason: 'Ana says: never.' } },
  });
  host.answers = [{ calls: [call('run', { command: 'rm -r .' })] }, { text: 'Then not.' }];
  await host.prompt(await host.open(), 'Go');
  expect(host.commands).toEqual([]);
  expect(host.results()).toEqual(['This was not allowed. Ana says: never. Go on without it, or say what is missing.']);
  expect(ends()).toEqual(['failed']);
  expect(host.texts()).toBe('Then not.');
});

test('a command gives its output and end to the model, folded when it is long; people see its terminal', async () => {
  await start();
  host.onCommand = () => ({ output: `first\n${'x\n'.repeat(40_000)}last\n`, exitCode: 2 });
  host.answers = [{ calls: [call('run', { command: 'make' })] }];
  await host.prompt(await host.open('auto'), 'Go');
  const [result = ''] = host.results();
  expect(result.length).toBeLessThan(21_000);
  expect(result).toMatch(/^first\n/);
  expect(result).toContain('left out');
  expect(result).toMatch(/last\n\nExit code 2\.$/);
  expect(host.updates).toContainEqual(expect.objectContaining({ content: [{ type: 'terminal', terminalId: 'make' }] }));
  expect(ends()).toEqual(['failed']);
});

test('a command that takes longer than it may is ended, and the model is told', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  try {
    await start();
    host.onCommand = () => undefined;
    host.answers = [{ calls: [call('run', { command: 'sleep 99', timeout_seconds: 5 })] }];
    const done = host.prompt(await host.open('auto'), 'Go');
    await vi.waitUntil(() => host.updates.some((update) => 'content' in update && Array.isArray(update.content)));
    await vi.advanceTimersByTimeAsync(5_000);
    await done;
    expect(host.killed).toContain('sleep 99');
    expect(host.results()[0]).toContain('It was stopped after 5 seconds.');
  } finally {
    vi.useRealTimers();
  }
});

test('[AG95] a cancel in the middle of a command kills it and ends the turn; the next one knows of it', async () => {
  await start();
  host.onCommand = () => undefined;
  host.answers = [{ calls: [call('run', { command: 'sleep 99' })] }];
  const sessionId = await host.open('auto');
  const done = host.prompt(sessionId, 'Go');
  await vi.waitUntil(() => host.commands.length > 0);
  await host.connection.agent.notify('session/cancel', { sessionId });
  expect(await done).toMatchObject({ stopReason: 'cancelled' });
  expect(host.killed).toContain('sleep 99');
  expect(await host.prompt(sessionId, 'What was that?')).toMatchObject({ stopReason: 'end_turn' });
  expect(host.results()).toEqual([expect.stringContaining('the turn was stopped')]);
});

test('[AG95] a cancel while the model speaks ends the turn', async () => {
  await start();
  host.answers = [
    (signal) => new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason as Error))),
  ];
  const sessionId = await host.open();
  const done = host.prompt(sessionId, 'Go');
  await vi.waitUntil(() => host.asked.length > 0);
  await host.connection.agent.notify('session/cancel', { sessionId });
  expect(await done).toMatchObject({ stopReason: 'cancelled' });
});

test.each([
  [{ text: 'No.', stop: 'refusal' as const }, 'refusal', 1],
  [{ text: 'Ha', stop: 'length' as const }, 'max_tokens', 4],
])('an answer %j ends the turn as %s after %d questions', async (answer, stopReason, questions) => {
  await start();
  host.answers = Array.from({ length: 10 }, () => answer);
  expect(await host.prompt(await host.open(), 'Go')).toMatchObject({ stopReason });
  expect(host.asked).toHaveLength(questions);
});

test('an answer that is cut is gone on with; an empty one is asked for again', async () => {
  await start();
  host.answers = [{ text: 'One ', stop: 'length' }, { text: '' }, { text: 'two.' }];
  expect(await host.prompt(await host.open(), 'Go')).toMatchObject({ stopReason: 'end_turn' });
  expect(host.texts()).toBe('One two.');
});

const steer = (sessionId: string, text: string) =>
  host.connection.agent.request('_session/steering', { sessionId, prompt: [{ type: 'text', text }] });

test('[AG95] what is said into a turn is told to the model with its next question, and never lost', async () => {
  await start();
  const sessionId = await host.open();
  expect(await steer(sessionId, 'Too early')).toEqual({ outcome: 'promptRequired' });
  host.answers = [
    async () => {
      expect(await steer(sessionId, 'Bo writes: use tabs')).toEqual({ outcome: 'injected' });
      return { text: 'Done with spaces.' };
    },
    { text: 'Now with tabs.' },
    async () => {
      await steer(sessionId, 'Ana writes: wait');
      throw new ModelError('final', 'No more');
    },
  ];
  await host.prompt(sessionId, 'Go');
  expect(host.texts()).toBe('Done with spaces.Now with tabs.');
  expect(lastQuestion()).toBe('Bo writes: use tabs');
  await expect(host.prompt(sessionId, 'Next')).rejects.toThrow('No more');
  await host.prompt(sessionId, 'Again');
  expect(lastQuestion()).toBe('Next\n\nAna writes: wait\n\nAgain');
});

test('[AG96] an answer whose connection breaks is gone on with from where it stopped', async () => {
  await start();
  const broken = new ModelError('again', 'The connection broke.');
  host.answers = [{ text: 'unused' }];
  host.answers = [() => Promise.reject(broken)];
  const sessionId = await host.open();
  await expect(host.prompt(sessionId, 'Go')).rejects.toThrow('The connection broke');
  // What was asked is remembered, so that "try again" is enough.
  await host.prompt(sessionId, 'Try again');
  expect(lastQuestion()).toBe('Go\n\nTry again');
});

test('[AG96] why a model could not be asked is said in the words of the gateway', async () => {
  await start();
  host.answers = [new ModelError('final', 'The budget of the team is used up.')];
  await expect(host.prompt(await host.open(), 'Go')).rejects.toThrow('The budget of the team is used up');
});

test('[AG93] when what was asked does not fit, less is asked', async () => {
  await start({ 'a.ts': `${'word '.repeat(30)}\n`.repeat(390) });
  const tooLong = new ModelError('too_long', 'Too long');
  host.answers = [
    { calls: [call('read', { path: 'a.ts' })] },
    { calls: [call('list', {})] },
    tooLong,
    tooLong,
    tooLong,
    { text: 'Fits' },
  ];
  expect(await host.prompt(await host.open(), 'Go')).toMatchObject({ stopReason: 'end_turn' });
  const sizes = host.asked.map(({ messages }) => JSON.stringify(messages).length);
  expect(sizes.at(-1)).toBeLessThan(sizes[2] ?? 0);
  expect(host.texts()).toBe('Fits');
});

test('a plan is shown to people, and a question ends the turn', async () => {
  await start();
  host.answers = [
    { calls: [call('plan', { steps: [{ text: 'Look', status: 'in_progress' }] })] },
    { calls: [call('ask', { question: 'Which one?', answers: ['The first', 'The second'] })] },
  ];
  expect(await host.prompt(await host.open(), 'Go')).toMatchObject({ stopReason: 'end_turn' });
  expect(host.updates).toContainEqual(
    expect.objectContaining({ sessionUpdate: 'plan', entries: [expect.objectContaining({ content: 'Look' })] }),
  );
  expect(cards()).toEqual([]);
  expect(host.texts()).toBe('Which one?\n\n1. The first\n2. The second');
  expect(host.asked).toHaveLength(2);
});
