import { spawn } from 'node:child_process';
import { repository } from './tree.ts';

type Check = { name: string; command: string; args: string[]; before?: { command: string; args: string[] } };
type Result = { name: string; passed: boolean; output: string; elapsedMs: number };

const ours = (name: string, file: string): Check => ({ name, command: 'node', args: [`scripts/checks/${file}.ts`] });

/** Longest first: two run at a time. */
const checks: readonly Check[] = [
  { name: 'types', command: 'tsc', args: ['--noEmit'], before: { command: 'next', args: ['typegen'] } },
  { name: 'lint', command: 'oxlint', args: ['--type-aware', '--disable-nested-config'] },
  { name: 'dead code', command: 'knip', args: ['--no-progress', '--no-config-hints'] },
  { name: 'only in tests', command: 'knip', args: ['--production', '--no-progress', '--no-config-hints'] },
  ours('floors', 'floors'),
  { name: 'format', command: 'oxfmt', args: ['--check'] },
  ours('specs cited', 'spec-citations'),
  ours('ratchets', 'ratchets'),
  ours('docs', 'docs'),
];

function capture(command: string, args: readonly string[]): Promise<{ passed: boolean; output: string }> {
  return new Promise((resolve) => {
    const child = spawn(command, args, { cwd: repository, stdio: ['ignore', 'pipe', 'pipe'] });
    const chunks: Buffer[] = [];
    child.stdout.on('data', (chunk: Buffer) => chunks.push(chunk));
    child.stderr.on('data', (chunk: Buffer) => chunks.push(chunk));
    child.on('error', (error) =>
      resolve({ passed: false, output: `${command} could not be started: ${error.message}` }),
    );
    child.on('close', (code) => resolve({ passed: code === 0, output: Buffer.concat(chunks).toString().trim() }));
  });
}

async function runCheck(check: Check): Promise<Result> {
  const startedAt = performance.now();
  const prepared = check.before === undefined ? undefined : await capture(check.before.command, check.before.args);
  const result = prepared?.passed === false ? prepared : await capture(check.command, check.args);
  console.log(`${result.passed ? '✓' : '✗'} ${check.name}`);
  return { name: check.name, ...result, elapsedMs: performance.now() - startedAt };
}

async function runAll(wanted: readonly Check[]): Promise<Result[]> {
  const queue = [...wanted];
  const results: Result[] = [];
  const work = async () => {
    for (let check = queue.shift(); check !== undefined; check = queue.shift()) results.push(await runCheck(check));
  };
  await Promise.all([work(), work()]);
  return results;
}

function print(results: readonly Result[]): void {
  for (const result of results.filter((each) => !each.passed)) console.log(`\n── ${result.name} ──\n${result.output}`);
  console.log('');
  for (const { name, passed, elapsedMs } of results)
    console.log(`${passed ? '✓' : '✗'} ${name.padEnd(14)} ${(elapsedMs / 1000).toFixed(1).padStart(5)} s`);
}

const names = process.argv.slice(2);
const unknown = names.filter((name) => !checks.some((check) => check.name === name));
if (unknown.length > 0) {
  console.error(
    `There is no check called ${unknown.join(', ')}. The checks are: ${checks.map((check) => check.name).join(', ')}.`,
  );
  process.exit(2);
}
const results = await runAll(names.length === 0 ? checks : checks.filter((check) => names.includes(check.name)));
print(results);
process.exitCode = results.every((result) => result.passed) ? 0 : 1;
