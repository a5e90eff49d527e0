import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { findChromium } from './chromium.mjs';
import { findProgram } from './paths.mjs';
import { step, StepError } from './steps.mjs';

const parts = {
  bubblewrap: { why: 'the sandbox of agents and commands', found: () => findProgram('bwrap') },
  socat: { why: "the agents' way to the gateway", found: () => findProgram('socat') },
  ripgrep: { why: 'search in files', found: () => findProgram('rg') },
  chromium: { why: 'the browser tests', found: findChromium },
};
const oldestGit = [2, 38];

/** @throws StepError when git is missing or older than what the server's object plumbing needs */
export function requireGit() {
  const remedy = `Install git ${oldestGit.join('.')} or newer with your system's package manager (apt-get install git) and run the same command again.`;
  const asked = spawnSync('git', ['--version'], { encoding: 'utf8' });
  if (asked.status !== 0) throw new StepError('Finding git', 'there is no git on the PATH', remedy);
  const [major = 0, minor = 0] = (/(\d+)\.(\d+)/.exec(asked.stdout) ?? []).slice(1).map(Number);
  const tooOld = major < oldestGit[0] || (major === oldestGit[0] && minor < oldestGit[1]);
  if (tooOld) throw new StepError('Finding git', `${asked.stdout.trim()} is too old`, remedy);
}

/** How apt-get may be run here without a question: as root, by sudo without a password, or not at all. */
function aptGet() {
  if (findProgram('apt-get') === undefined) return undefined;
  if (process.getuid?.() === 0) return { command: 'apt-get', before: [] };
  const mayBecomeRoot =
    findProgram('sudo') !== undefined && spawnSync('sudo', ['-n', 'true'], { stdio: 'ignore' }).status === 0;
  return mayBecomeRoot
    ? { command: 'sudo', before: ['-n', 'env', 'DEBIAN_FRONTEND=noninteractive', 'apt-get'] }
    : undefined;
}

const isUbuntu = () => existsSync('/etc/os-release') && /^ID=ubuntu$/m.test(readFileSync('/etc/os-release', 'utf8'));

/** On Ubuntu the system's package is a snap, which cannot be driven; Playwright's own build is taken there. */
const byPlaywright = (name) => name === 'chromium' && (isUbuntu() || findProgram('apt-get') === undefined);

function commandFor(name) {
  if (byPlaywright(name)) return 'npx playwright install --with-deps chromium';
  const install =
    findProgram('apt-get') === undefined
      ? `your package manager: install ${name}`
      : `apt-get update && apt-get install -y ${name}`;
  return process.getuid?.() === 0 ? install : install.replaceAll('apt-get', 'sudo apt-get');
}

let listsAreFresh = false;

async function install(name) {
  if (byPlaywright(name)) {
    await step({
      title: `Installing ${name} (${parts[name].why}) with Playwright`,
      command: 'playwright',
      args: ['install', 'chromium'],
      log: `install-${name}`,
      remedy: `Run: ${commandFor(name)}`,
    });
    return;
  }
  const apt = aptGet();
  const quiet = { env: { DEBIAN_FRONTEND: 'noninteractive' }, remedy: `Run: ${commandFor(name)}` };
  if (!listsAreFresh) {
    await step({
      title: 'Reading the package lists with apt-get',
      command: apt.command,
      args: [...apt.before, 'update'],
      log: 'apt-update',
      ...quiet,
    });
    listsAreFresh = true;
  }
  const args = [...apt.before, 'install', '-y', '--no-install-recommends', name];
  await step({
    title: `Installing ${name} (${parts[name].why}) with apt-get`,
    command: apt.command,
    args,
    log: `install-${name}`,
    ...quiet,
  });
}

const mayInstall = (name) => byPlaywright(name) || aptGet() !== undefined;

/**
 * Brings the named system parts, announcing each. A part that may not be installed here, or whose installation fails,
 * is a warning unless `required`.
 * @throws StepError when a required part is missing afterwards
 */
export async function installSystemParts(names, { required }) {
  for (const name of names) {
    if (parts[name].found() !== undefined) continue;
    try {
      if (!mayInstall(name))
        throw new StepError(
          `Installing ${name}`,
          'system packages cannot be installed from here without a password',
          `Run: ${commandFor(name)}`,
        );
      await install(name);
      if (parts[name].found() === undefined)
        throw new StepError(`Installing ${name}`, 'it is still not found', `Run: ${commandFor(name)}`);
    } catch (error) {
      if (required || !(error instanceof StepError)) throw error;
      console.warn(`! ${name} is missing, so ${parts[name].why} is off; everything else works. ${error.remedy}`);
    }
  }
}
