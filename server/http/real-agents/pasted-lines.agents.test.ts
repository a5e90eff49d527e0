import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { setDatabaseUrl } from '../../../db/client.ts';
import { testDatabase } from '../../../db/testing.ts';
import { testingEnv } from '../../../db/testing-data-folder.ts';
import { recipesFor } from '../../../components/settings/tool-recipes.ts';
import { startModelServer, type ModelServer } from '../../../e2e/fakes/model-server.ts';
import { agentPins, onThisMachine, type PinnedAgent } from '../../agents/pins.ts';
import { createModelToken } from '../../auth/create-model-token.ts';
import { newPerson, newTeam } from '../../auth/testing.ts';
import { newModel, newProvider } from '../../governance/testing.ts';
import { closeNotifications } from '../../platform/notifications.ts';
import { startHttp, type TestHttp } from '../testing.ts';
import { long } from './testing-house.ts';

/** The lines of Settings › Use with your tools for the tools themselves, by somebody in two teams whose provider speaks chat/completions only. */
const { url } = await testDatabase();
setDatabaseUrl(url);
const run = promisify(execFile);
let http: TestHttp;
let models: ModelServer;
let token: string;
let teamId: string;
let home: string;

beforeAll(async () => {
  models = await startModelServer();
  http = await startHttp();
  const ana = await newPerson('Ana');
  teamId = await newTeam('Cave', [[ana, 'developer']]);
  await newTeam('Second', [[ana, 'developer']]);
  ({ token } = await createModelToken(ana.ctx, { name: 'laptop', expiresInDays: 1 }));
  const providerId = await newProvider({ baseUrl: `${models.url}/v1`, protocols: ['openai_chat'] });
  const sizes = { contextSize: 200_000, maxOutput: 32_000 };
  await newModel('large/v1', [{ providerId, upstreamModel: 'scripted-large', ...sizes }]);
});
beforeEach(async () => {
  models.forget();
  home = await mkdtemp(path.join(tmpdir(), 'ensemble-home-'));
});
afterAll(async () => {
  await http.close();
  await models.close();
  await closeNotifications();
});

const installed = testingEnv()['ENSEMBLE_TEST_AGENTS'] ?? '';
const packagesOf = (agent: PinnedAgent) => path.join(installed, agent, agentPins[agent].version, 'node_modules');

type Tool = {
  title: string;
  command: string;
  program: () => string;
  asks: string;
  chosen?: { file: string; text: string };
};

/** Each tool: its own program, and what makes it answer one question without a screen. */
const tools: Tool[] = [
  {
    title: 'Claude Code',
    command: 'claude',
    program: () =>
      path.join(packagesOf('claude-code'), onThisMachine('@anthropic-ai/claude-agent-sdk-linux-{arch}'), 'claude'),
    asks: "-p 'Say hello'",
  },
  {
    title: 'Codex',
    command: 'codex',
    program: () => path.join(packagesOf('codex'), '.bin/codex'),
    asks: "exec --skip-git-repo-check 'Say hello'",
  },
  {
    title: 'OpenCode',
    command: 'opencode',
    program: () => path.join(packagesOf('opencode'), onThisMachine('opencode-linux-{arch}'), 'bin/opencode'),
    asks: "run 'Say hello'",
  },
  {
    title: 'Gemini CLI',
    command: 'gemini',
    program: () => path.join(packagesOf('gemini-cli'), '.bin/gemini'),
    asks: "--skip-trust -p 'Say hello'",
    /** What its question how to sign in writes down, whose answer the lines tell. */
    chosen: { file: '.gemini/settings.json', text: '{"security":{"auth":{"selectedType":"gemini-api-key"}}}' },
  },
];

/** Writes the files that a recipe names into a home, and runs its shell lines there, with the tool asked one question. */
async function paste({ title, command, program, asks, chosen }: Tool): Promise<string> {
  const headers = { 'x-ensemble-team': teamId };
  const recipe = recipesFor({ url: http.url, token, model: 'large/v1', headers }).find((each) => each.title === title);
  if (!recipe) throw new Error(`no lines for ${title}`);
  const files = recipe.steps.flatMap(({ where, text }) =>
    where.startsWith('~/') ? [{ file: where.slice(2), text }] : [],
  );
  for (const { file, text } of [...files, ...(chosen ? [chosen] : [])]) {
    await mkdir(path.dirname(path.join(home, file)), { recursive: true });
    await writeFile(path.join(home, file), text);
  }
  const shell = recipe.steps.find(({ where }) => where.startsWith('In your shell'))?.text ?? '';
  const lines = shell.split('\n');
  expect(lines.pop()).toBe(command);
  const work = path.join(home, 'work');
  await mkdir(work);
  const script = [...lines, `'${program()}' ${asks} < /dev/null`].join('\n');
  const { PATH } = testingEnv();
  const env = { NODE_ENV: 'production' as const, HOME: home, PATH, TERM: 'dumb' };
  const { stdout } = await run('bash', ['-c', script], { cwd: work, env, timeout: long - 20_000 });
  return stdout;
}

test.each(tools)('[GW107] the lines for $title bring an answer', { timeout: long }, async (tool) => {
  try {
    models.script({ says: [{ text: 'Hello from the model' }] });
    expect(await paste(tool)).toContain('Hello from the model');
    expect(new Set(models.received.map(({ path: asked }) => asked))).toEqual(new Set(['/v1/chat/completions']));
  } finally {
    await rm(home, { recursive: true, force: true, maxRetries: 3 });
  }
});
