import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { buildPages } from './build.mjs';
import { childEnv, inRoot, root } from './paths.mjs';
import { StepError } from './steps.mjs';

const report = (name) => inRoot('test-results', `${name}.json`);
const vitest = (name) => [
  'vitest',
  [
    'run',
    '--project',
    name,
    '--passWithNoTests',
    '--reporter=default',
    '--reporter=json',
    `--outputFile.json=${report(name)}`,
  ],
];

/** In the order they run; each proves something the next one leans on. */
const stages = {
  check: () => run('node', ['scripts/checks/run.ts']),
  unit: () => run(...vitest('unit')),
  box: () => run(...vitest('box')),
  pg: () => run(...vitest('pg')),
  schedules: () => run(...vitest('schedules')),
  build: () => buildPages().then(() => true),
  browser: () => run('playwright', ['test', '--pass-with-no-tests']),
};

export const stageNames = Object.keys(stages);

function run(command, args) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, {
      cwd: root,
      env: childEnv(process.stdout.isTTY ? {} : { NO_COLOR: '1' }),
      stdio: ['ignore', 'inherit', 'inherit'],
    });
    child.on('error', reject);
    child.on('close', (code) => resolve(code === 0));
    process.once('SIGTERM', () => child.kill('SIGTERM'));
  });
}

/** What a stage's own report counted: vitest and Playwright each have their words for it. */
function countsOf(name) {
  if (!existsSync(report(name))) return { passed: 0, failed: 0 };
  const found = JSON.parse(readFileSync(report(name), 'utf8'));
  if (found.stats !== undefined)
    return { passed: found.stats.expected + found.stats.flaky, failed: found.stats.unexpected };
  return { passed: found.numPassedTests, failed: found.numFailedTests };
}

async function runStage(name) {
  const startedAt = Date.now();
  console.log(`\n── ${name} ──`);
  const passed = await stages[name]().catch((error) => {
    if (!(error instanceof StepError)) throw error;
    console.error(`${error.message}\n${error.remedy}`);
    return false;
  });
  console.log(`── ${name}: ${passed ? 'passed' : 'FAILED'} in ${Math.round((Date.now() - startedAt) / 1000)} s ──`);
  return passed;
}

/**
 * Runs the stages until one fails and prints, as the last line, how many tests passed and failed. A stage that fails
 * without a failing test counts as one.
 */
export async function runTests(wanted) {
  const unknown = wanted.filter((name) => !stageNames.includes(name));
  if (unknown.length > 0) {
    console.error(`There is no stage called ${unknown.join(', ')}. The stages are: ${stageNames.join(', ')}.`);
    return 2;
  }
  mkdirSync(inRoot('test-results'), { recursive: true });
  for (const name of stageNames) rmSync(report(name), { force: true });
  const sum = { passed: 0, failed: 0 };
  let failedStage;
  for (const name of stageNames.filter((each) => wanted.length === 0 || wanted.includes(each))) {
    const passed = await runStage(name);
    const counts = countsOf(name);
    sum.passed += counts.passed;
    sum.failed += passed ? counts.failed : Math.max(1, counts.failed);
    if (passed) continue;
    failedStage = name;
    break;
  }
  console.log(
    failedStage === undefined
      ? '\nEvery stage passed.'
      : `\nThe stage "${failedStage}" failed. Run it alone: npm test -- ${failedStage}`,
  );
  console.log(`${sum.passed} passed, ${sum.failed} failed`);
  return failedStage === undefined ? 0 : 1;
}
