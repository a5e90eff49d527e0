import { testAgents } from './bootstrap/agent-tests.mjs';
import { buildPages } from './bootstrap/build.mjs';
import { findChromium } from './bootstrap/chromium.mjs';
import { handOver } from './bootstrap/hand-over.mjs';
import { installPackages } from './bootstrap/packages.mjs';
import { gatewayEnv, gatewayFlags, serverFlags } from './bootstrap/server-flags.mjs';
import { StepError } from './bootstrap/steps.mjs';
import { installSystemParts, requireGit } from './bootstrap/system-parts.mjs';
import { runTests, stageNames } from './bootstrap/test-stages.mjs';

// Plain JavaScript without a dependency: this is what a machine with only git, npm and Node 20 runs first.

const sandboxParts = ['bubblewrap', 'socat', 'ripgrep'];

const verbs = {
  async start(args) {
    const env = { NODE_ENV: 'production' };
    // The gateway alone needs neither git nor a sandbox, and serves no pages.
    if (process.env.ENSEMBLE_ROLE === 'gateway') {
      await installPackages();
      return handOver('server/gateway.ts', args, { env: { ...env, ...gatewayEnv }, flags: gatewayFlags });
    }
    requireGit();
    await installPackages();
    await installSystemParts(sandboxParts, { required: false });
    // A worker serves no pages, so it needs none.
    if (process.env.ENSEMBLE_ROLE === 'worker') return handOver('server/worker.ts', args, { env, flags: serverFlags });
    await buildPages();
    return handOver('server/main.ts', args, { env, flags: serverFlags });
  },

  async dev(args) {
    requireGit();
    await installPackages();
    await installSystemParts(sandboxParts, { required: false });
    return handOver('server/main.ts', args, { env: { NODE_ENV: 'development' } });
  },

  async test(args) {
    requireGit();
    await installPackages();
    const needsBox = args.length === 0 || args.some((name) => ['box', 'pg', 'browser'].includes(name));
    if (needsBox) await installSystemParts(sandboxParts, { required: true });
    if (args.length === 0 || args.includes('browser')) await installSystemParts(['chromium'], { required: true });
    process.env.ENSEMBLE_CHROMIUM ??= findChromium() ?? '';
    return runTests(args.length > 0 && args.includes('browser') && !args.includes('build') ? ['build', ...args] : args);
  },

  async agents(args) {
    requireGit();
    await installPackages();
    await installSystemParts(sandboxParts, { required: true });
    return testAgents(args);
  },

  async check(args) {
    await installPackages();
    return handOver('scripts/checks/run.ts', args);
  },

  async bench(args) {
    requireGit();
    await installPackages();
    await installSystemParts(sandboxParts, { required: false });
    await buildPages();
    return handOver('bench/run.ts', args, { env: { NODE_ENV: 'production' } });
  },

  async schedules(args) {
    requireGit();
    await installPackages();
    return handOver('bench/schedules/run.ts', args);
  },
};

const usage = `usage: node scripts/bootstrap.mjs start | dev | test [${stageNames.join(' | ')}] … | agents | check | bench NAME … | schedules`;

async function main() {
  const [verb = '', ...args] = process.argv.slice(2);
  if (!Object.hasOwn(verbs, verb)) {
    console.error(usage);
    return 2;
  }
  const [major = 0] = process.versions.node.split('.').map(Number);
  if (major < 20) {
    console.error(
      `Node ${process.versions.node} is too old to begin with. Install Node 20 or newer; the pinned Node 24 then comes by itself.`,
    );
    return 2;
  }
  try {
    return await verbs[verb](args);
  } catch (error) {
    if (!(error instanceof StepError)) throw error;
    console.error(`\n${error.message}.\nWhat to do: ${error.remedy}`);
    return 1;
  }
}

process.exitCode = await main();
