import { execFileSync } from 'node:child_process';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, expect, test } from 'vitest';
import type { RunMode, SessionEventBody } from '../core/session-event.ts';
import { nodeMount, spawnInSandbox } from '../workspace/sandbox.ts';
import { startAgent } from './acp-host.ts';
import type { AgentHandlers, HostTerminal, PromptOutcome, RunningAgent, TerminalRequest } from './acp-types.ts';
import { getAgentProfile } from './registry.ts';

/** The real agent in the real sandbox on a small project; the host's part is what the run driver does, made small. */
const cleanUps: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0).toReversed()) await cleanUp();
});

const project = {
  'package.json': '{ "name": "shop", "type": "module" }\n',
  'tsconfig.json': '{ "compilerOptions": { "strict": true, "module": "esnext", "moduleResolution": "bundler" } }\n',
  '.gitignore': 'dist\n',
  'src/money.ts': 'export function parseAmount(text: string): number {\n  return Number(text);\n}\n',
  'src/cart.ts':
    "import { format } from './format.ts';\nimport { parseAmount } from './money.ts';\nimport { basename } from 'node:path';\n\nexport function total(texts: string[]): string {\n  console.log(texts);\n  let sum = 0;\n  for (const text of texts) sum += parseAmount(text);\n  return format(sum);\n}\n",
  'src/format.ts': 'export const format = (amount: number) => amount.toFixed(2);\n',
  'src/index.ts': "export * from './money.ts';\nexport { total } from './cart.ts';\n",
  'src/lint.js': 'export function check(value) {\n  return [...[value]];\n}\n',
  'dist/old.js': 'export const parseAmount = 1;\n',
};

type Box = {
  work: string;
  events: SessionEventBody[];
  agent: RunningAgent;
  prompt(text: string): Promise<PromptOutcome>;
  read(file: string): Promise<string>;
  said(): string;
  terminals: TerminalRequest[];
};

async function startBox(options: { mode?: RunMode; files?: Record<string, string> } = {}): Promise<Box> {
  const work = await mkdtemp(path.join(tmpdir(), 'ensemble-agent-'));
  cleanUps.push(() => rm(work, { recursive: true, force: true }));
  for (const [file, text] of Object.entries({ ...project, ...options.files })) {
    await mkdir(path.dirname(path.join(work, file)), { recursive: true });
    await writeFile(path.join(work, file), text);
  }
  execFileSync('git', ['init', '--quiet', work]);
  const profile = getAgentProfile('refactor');
  const readOnly = [nodeMount(), ...profile.mounts()];
  const events: SessionEventBody[] = [];
  const terminals: TerminalRequest[] = [];
  const handlers: AgentHandlers = {
    readTextFile: (file) => readFile(path.join(work, file), 'utf8'),
    writeTextFile: (file, content) => writeFile(path.join(work, file), content),
    createTerminal: async (request) => {
      terminals.push(request);
      return openTerminal(work, readOnly, request);
    },
    requestPermission: async () => ({ decision: 'deny', reason: 'No.' }),
    onEvent: (event) => void events.push(event),
    storeText: async () => 'blob_1',
  };
  const paths = { node: '/opt/node/bin/node', mode: options.mode ?? 'edit' } as const;
  const process = spawnInSandbox(
    { work: { path: work, writable: false }, readOnly, env: profile.env(paths) },
    profile.command(paths),
  );
  process.stderr.resume();
  const agent = await startAgent({ profile, process, handlers, runId: 'run_1', mode: options.mode ?? 'edit' });
  cleanUps.push(() => agent.stop());
  const said = () => events.flatMap((event) => (event.type === 'agent_text' ? [event.text] : [])).join('\n');
  const read = (file: string) => readFile(path.join(work, file), 'utf8');
  return { work, events, agent, prompt: (text) => agent.prompt(text), read, said, terminals };
}

function openTerminal(work: string, readOnly: ReturnType<typeof nodeMount>[], request: TerminalRequest): HostTerminal {
  const box = spawnInSandbox({ work: { path: work, writable: true }, readOnly, env: request.env }, [
    request.command,
    ...request.args,
  ]);
  let text = '';
  for (const stream of [box.stdout, box.stderr]) stream.on('data', (chunk: Buffer) => (text += chunk.toString()));
  box.stdin.end();
  return {
    output: () => ({ text, truncated: false }),
    exited: box.exited.then(({ code, signal }) => ({ exitCode: code, signal })),
    kill: () => box.kill(),
  };
}

test('a rename follows every reference and shows each edit', async () => {
  const box = await startBox();
  expect(await box.prompt('rename parseAmount to parseMoney')).toEqual({ state: 'succeeded' });
  expect(await box.read('src/money.ts')).toContain('function parseMoney');
  expect(await box.read('src/cart.ts')).toContain("import { parseMoney } from './money.ts'");
  expect(await box.read('src/cart.ts')).toContain('sum += parseMoney(text)');
  expect(await box.read('dist/old.js')).toContain('parseAmount');
  const edits = box.events.filter((event) => event.type === 'tool_call' && event.kind === 'edit');
  expect(edits.map((event) => event.type === 'tool_call' && event.paths)).toEqual([['src/cart.ts'], ['src/money.ts']]);
  expect(box.said()).toContain('Changed 3 places in 2 files');
  const ends = box.events.filter((event) => event.type === 'tool_call_update' && event.status === 'completed');
  expect(ends).toHaveLength(3);
});

test('a pattern is replaced where it was asked for', async () => {
  const box = await startBox();
  expect(await box.prompt('replace console.log($A) with logger.info($A) in src')).toEqual({ state: 'succeeded' });
  expect(await box.read('src/cart.ts')).toContain('  logger.info(texts);');
});

test('imports are organised', async () => {
  const box = await startBox();
  expect(await box.prompt('organise imports in src/cart.ts')).toEqual({ state: 'succeeded' });
  expect(await box.read('src/cart.ts')).toMatch(
    /^import { format } from '\.\/format\.ts';\nimport { parseAmount } from '\.\/money\.ts';\n\nexport/,
  );
});

test("lint is fixed with Ensemble's own linter where the project has none", async () => {
  const box = await startBox();
  expect(await box.prompt('fix lint in src/lint.js')).toEqual({ state: 'succeeded' });
  expect(box.said()).toContain("Ensemble's own oxlint");
  expect(box.terminals[0]?.args).toContain('./src/lint.js');
  expect(await box.read('src/lint.js')).toContain('return [value];');
  expect(box.said()).toContain('Changed 1 place in 1 file');
});

test('files are formatted', async () => {
  const box = await startBox({ files: { 'src/ugly.ts': 'export   const a  =  1\n' } });
  expect(await box.prompt('format src/ugly.ts')).toEqual({ state: 'succeeded' });
  expect(await box.read('src/ugly.ts')).toBe('export const a = 1;\n');
});

test("the project's own linter is used where it is installed", async () => {
  const script =
    "#!/usr/bin/env node\nrequire('fs').writeFileSync('src/format.ts', '// fixed\\n');\nconsole.log('own tool ran');\n";
  const box = await startBox({ files: { 'node_modules/.bin/eslint': script, 'node_modules/.bin/package.json': '{}' } });
  execFileSync('chmod', ['+x', path.join(box.work, 'node_modules/.bin/eslint')]);
  expect(await box.prompt('fix lint')).toEqual({ state: 'succeeded' });
  expect(box.said()).toContain("the project's own eslint");
  expect(await box.read('src/format.ts')).toBe('// fixed\n');
  const output = box.events.find((event) => event.type === 'tool_call_update' && event.exitCode === 0);
  expect(output?.type === 'tool_call_update' && output.output?.text).toContain('own tool ran');
});

test('an unclear request is answered with what the agent can do, and changes nothing', async () => {
  const box = await startBox();
  expect(await box.prompt('make the cart nicer')).toEqual({ state: 'succeeded' });
  expect(box.said()).toContain('not a language model');
  expect(box.said()).toContain('rename parseAmount to parseMoney');
  expect(box.events.filter((event) => event.type === 'tool_call')).toEqual([]);
});

test('a plan names the places and changes nothing', async () => {
  const box = await startBox({ mode: 'plan' });
  expect(await box.prompt('rename parseAmount to parseMoney; format src')).toEqual({ state: 'succeeded' });
  expect(box.said()).toContain('`src/cart.ts` (2, lines 2, 8)');
  for (const [file, text] of Object.entries(project)) expect(await box.read(file)).toBe(text);
});

test('a question in the mode ask is answered without a look at the files', async () => {
  const box = await startBox({ mode: 'ask' });
  expect(await box.prompt('rename parseAmount to parseMoney')).toEqual({ state: 'succeeded' });
  expect(box.said()).toContain('In this mode I only answer');
  expect(box.events.filter((event) => event.type === 'tool_call')).toEqual([]);
});

test('a cancel in the middle of a command ends the turn within a second and leaves no process', async () => {
  const script = "#!/usr/bin/env node\nsetInterval(() => {}, 1000);\nconsole.log('waiting');\n";
  const box = await startBox({ files: { 'node_modules/.bin/eslint': script, 'node_modules/.bin/package.json': '{}' } });
  execFileSync('chmod', ['+x', path.join(box.work, 'node_modules/.bin/eslint')]);
  const outcome = box.prompt('fix lint');
  await expect.poll(() => box.terminals.length, { timeout: 20_000 }).toBe(1);
  const before = performance.now();
  await box.agent.cancel();
  expect(await outcome).toEqual({ state: 'cancelled' });
  expect(performance.now() - before).toBeLessThan(1000);
});

test('a cancel in the middle of a computation ends the turn within a second, and the agent goes on', async () => {
  const many = Object.fromEntries(
    Array.from({ length: 300 }, (_, at) => [
      `lib/m${at}.ts`,
      `import { a } from './m${(at + 1) % 300}.ts';\nexport const b${at} = 1;\n`,
    ]),
  );
  const box = await startBox({ files: many });
  const outcome = box.prompt('organise imports');
  await expect
    .poll(() => box.events.some((event) => event.type === 'tool_call'), { timeout: 20_000, interval: 5 })
    .toBe(true);
  const before = performance.now();
  await box.agent.cancel();
  expect(await outcome).toEqual({ state: 'cancelled' });
  expect(performance.now() - before).toBeLessThan(1000);
  expect(await box.prompt('help')).toEqual({ state: 'succeeded' });
});
