import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { homedir } from 'node:os';
import path from 'node:path';
import { buildPages } from './build.mjs';
import { childEnv, inRoot } from './paths.mjs';
import { pinnedNode } from './packages.mjs';

/** The agents that the tests drive, by the names of the product. */
const agents = ['claude-code', 'codex', 'opencode', 'qwen-code', 'gemini-cli'];

/** Installations stay from one run to the next, outside the checkout; what is whole is not downloaded again. */
const cache = () =>
  process.env.ENSEMBLE_AGENTS_CACHE ??
  path.join(process.env.XDG_CACHE_HOME ?? path.join(homedir(), '.cache'), 'ensemble-agents');

function run(command, args, env) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { cwd: inRoot(), env: childEnv(env), stdio: ['ignore', 'inherit', 'inherit'] });
    child.on('error', reject);
    child.on('close', (code) => resolve(code === 0));
    process.once('SIGTERM', () => child.kill('SIGTERM'));
  });
}

/** By the product's own installer, into a data folder that has no database. */
async function install(folder) {
  const { DATABASE_URL: _, ...others } = process.env;
  const env = { ...others, ENSEMBLE_DATA: folder, DATABASE_URL: '', NODE_ENV: 'production' };
  for (const agent of agents) {
    if (!(await run(pinnedNode(), ['server/cli.ts', 'agents', 'install', agent], env))) return agent;
  }
  return undefined;
}

/**
 * Installs agents of others from the registry and runs them, offline, in the real sandbox and through the real gateway
 * against scripted models. The last line says how many tests passed and failed.
 */
export async function testAgents(args) {
  const startedAt = Date.now();
  const folder = cache();
  mkdirSync(folder, { recursive: true });
  console.log(`── agents: installing ${agents.join(', ')} into ${folder} ──`);
  const failed = await install(folder);
  if (failed !== undefined) {
    console.error(
      `\nThe agent ${failed} could not be installed, so no agent was run.\nWhat to do: see the reason above. These tests need the package registry once; later runs use ${folder}.`,
    );
    console.log('0 passed, 1 failed');
    return 1;
  }
  const env = {
    ENSEMBLE_TEST_AGENTS: path.join(folder, 'agents'),
    ...(process.stdout.isTTY ? {} : { NO_COLOR: '1' }),
  };
  const told = await inBoxes(args, env);
  const counts = [told, ...(told.ok && args.length === 0 ? [await inBrowsers(env)] : [])];
  const ok = counts.every((each) => each.ok);
  const sum = (of) => counts.reduce((total, each) => total + each[of], 0);
  console.log(`── agents: ${ok ? 'passed' : 'FAILED'} in ${Math.round((Date.now() - startedAt) / 1000)} s ──`);
  console.log(`${sum('passed')} passed, ${ok ? 0 : Math.max(1, sum('failed'))} failed`);
  return ok ? 0 : 1;
}

/** A test runner's own report, read when it has ended. */
async function reported(name, start) {
  const report = inRoot('test-results', `${name}.json`);
  rmSync(report, { force: true });
  const ok = await start(report);
  return { ok, found: existsSync(report) ? JSON.parse(readFileSync(report, 'utf8')) : {} };
}

async function inBoxes(args, env) {
  const { ok, found } = await reported('agents', (report) => {
    const words = ['run', '--project', 'agents', '--reporter=default', '--reporter=json'];
    return run('vitest', [...words, `--outputFile.json=${report}`, ...args], env);
  });
  return { ok, passed: found.numPassedTests ?? 0, failed: found.numFailedTests ?? 0 };
}

/** The story of two people and one agent, told with Claude Code, in the production build. */
async function inBrowsers(env) {
  await buildPages();
  const { ok, found } = await reported('browser', () => run('playwright', ['test', 'e2e/two-people.spec.ts'], env));
  const { expected = 0, flaky = 0, unexpected = 0 } = found.stats ?? {};
  return { ok, passed: expected + flaky, failed: unexpected };
}
