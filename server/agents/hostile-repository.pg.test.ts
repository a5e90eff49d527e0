import { existsSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, beforeEach, expect, test, vi } from 'vitest';
import { setDatabaseUrl } from '../../db/client.ts';
import { testDatabase } from '../../db/testing.ts';
import { systemContext } from '../context.ts';
import { closeQueue } from '../jobs/queue.ts';
import { env } from '../platform/env.ts';
import { closeNotifications } from '../platform/notifications.ts';
import { claimRun } from '../runs/claim-run.ts';
import { registerWorker } from '../runs/register-worker.ts';
import { requestCancel } from '../runs/request-cancel.ts';
import { logOf, runRow, testAgent } from '../runs/testing.ts';
import { createSession } from '../sessions/create-session.ts';
import { sendPrompt } from '../sessions/send-prompt.ts';
import { repoPath } from '../workspace/git.ts';
import { diffCommits } from '../workspace/git-objects.ts';
import { newProject, newStaffedTeam, type TestTeam } from '../workspace/testing.ts';
import { driveRun } from './run-driver.ts';
import { evilCommand, plantFiles, ranFile, watchOutside, type Outside, type PlantedFiles } from './testing-hostile.ts';
import { hostileToAll } from './testing-hostile-settings.ts';
import { answerRooms, headOf, judgedAgent, scriptedAgent } from './testing-run.ts';

/** Repositories and agents that try to get out, in the real box, without any agent of others. */
const { url } = await testDatabase();
setDatabaseUrl(url);
const system = systemContext('worker');
const workerId = 'node_hostile';
const long = { timeout: 60_000 };

let team: TestTeam;
let projectId: string;
let sessionId: string;
let outside: Outside;
let stopRooms: () => void;

beforeAll(async () => {
  team = await newStaffedTeam('Alpha');
  projectId = await newProject(team);
  outside = await watchOutside();
  await registerWorker(system, {
    workerId,
    agents: ['scripted', 'judged'].map((name) => ({ ...testAgent, name })),
  });
  stopRooms = await answerRooms(headOf);
}, 60_000);
beforeEach(async () => {
  sessionId = await newSession(projectId);
});
afterAll(async () => {
  stopRooms();
  await outside.close();
  await closeQueue();
  await closeNotifications();
});

const newSession = async (id: string) => (await createSession(team.developer.ctx, { projectId: id, title: 'Work' })).id;

async function begin(lines: readonly string[], { agent = 'scripted', session = sessionId } = {}) {
  const text = lines.join('\n');
  const { runId } = await sendPrompt(team.developer.ctx, { sessionId: session, text, agent, mode: 'auto' });
  const run = await claimRun(system, { runId, workerId });
  if (!run) throw new Error('not claimed');
  const profileOf = () => (agent === 'judged' ? judgedAgent() : scriptedAgent());
  return { runId, done: driveRun({ run, workerId, stopping: new AbortController().signal, profileOf }) };
}

async function ran(lines: readonly string[], given: Parameters<typeof begin>[1] = {}) {
  const { runId, done } = await begin(lines, given);
  await done;
  const run = await runRow(runId);
  const log = await logOf(run.sessionId);
  const said = log.flatMap((body) => (body['type'] === 'agent_text' ? [String(body['text'])] : [])).join('');
  const repo = repoPath(projectId);
  const changes = run.resultCommit === null ? [] : await diffCommits(repo, run.baseCommit ?? '', run.resultCommit);
  return { run, log, said, changed: changes.map((change) => change.path) };
}

const plant = (files: PlantedFiles) => plantFiles(repoPath(projectId), sessionId, files);

function expectNothingOutside(): void {
  expect(outside.connections()).toBe(0);
  expect(existsSync(outside.marker)).toBe(false);
}

test.each(hostileToAll)('[AG41] nothing runs by itself in a repository with $name', long, async ({ files }) => {
  await plant(files(outside));
  const { run, changed } = await ran([
    'run git status --short',
    'run ls -la',
    'write notes.txt done',
    'run git log -3',
  ]);
  expect(run).toMatchObject({ state: 'succeeded', error: null });
  expect(changed).toEqual(['notes.txt']);
  expect(changed).not.toContain(ranFile);
  expectNothingOutside();
});

test('[AG41] code of the repository that is run reaches nothing outside its box', long, async () => {
  await plant({ 'run.sh': { program: `#!/bin/sh\n${evilCommand(outside)}\n` } });
  const { changed } = await ran(['run ./run.sh', 'spawn ./run.sh', 'say done']);
  expect(changed).toContain(ranFile);
  expectNothingOutside();
});

test('[AG41] links lead nowhere, for reading and for writing', long, async () => {
  await plant({
    passwd: { link: '/etc/passwd' },
    out: { link: path.dirname(outside.marker) },
    up: { link: '../../..' },
  });
  const name = path.basename(outside.marker);
  const { said, run } = await ran([`read passwd`, `read up/git/HEAD`, `write out/${name} x`, `write passwd x`]);
  expect(run.state).toBe('succeeded');
  expect(said).not.toContain('root:');
  expect(said.match(/refused/g)).toHaveLength(2);
  expectNothingOutside();
});

test(
  '[AG41] hooks, filters and monitors that an agent leaves in its repository do not run on the server',
  long,
  async () => {
    const evil = evilCommand(outside);
    const hooks = ['pre-commit', 'post-checkout', 'post-index-change', 'reference-transaction'];
    const { run, changed } = await ran([
      `run git config core.fsmonitor '${evil.replaceAll("'", '')}'`,
      `run git config filter.evil.clean '${evil.replaceAll("'", '')}'`,
      'run echo "* filter=evil" > .gitattributes',
      ...hooks.map(
        (hook) =>
          `run printf '#!/bin/sh\\ntouch ${outside.marker}\\n' > /gitdir/hooks/${hook}; chmod +x /gitdir/hooks/${hook}`,
      ),
      'run mkdir -p nested && git init -q nested && git -C nested config core.fsmonitor "touch /tmp/x"',
      'write notes.txt done',
    ]);
    expect(run.state).toBe('succeeded');
    expect(changed).toContain('notes.txt');
    expectNothingOutside();
  },
);

/** Each of these says what it could do; nothing may be said. */
const probes = (others: { worktree: string; sockets: string; port: number }) => ({
  'files of another run': `import('node:fs').then((fs) => fs.readdirSync(${JSON.stringify(others.worktree)}))`,
  'the data folder': `import('node:fs').then((fs) => fs.readdirSync(${JSON.stringify(env().dataDir)}))`,
  'sockets of other runs': `import('node:fs').then((fs) => fs.readdirSync(${JSON.stringify(others.sockets)}))`,
  'files of the host': `import('node:fs').then((fs) => fs.readFileSync('/etc/shadow', 'utf8'))`,
  'people of the host': `import('node:fs').then((fs) => fs.readFileSync('/etc/passwd', 'utf8'))`,
  'homes of the host': `import('node:fs').then((fs) => fs.readdirSync('/root'))`,
  'a server of the host': `fetch('http://127.0.0.1:${others.port}').then((answer) => answer.status)`,
  'names of other hosts': `import('node:dns/promises').then((dns) => dns.lookup('example.com'))`,
  'settings of the kernel': `import('node:fs').then((fs) => fs.writeFileSync('/proc/sys/kernel/core_pattern', 'x'))`,
  'the policy hook': `import('node:fs').then((fs) => fs.writeFileSync('/opt/policy/policy-hook', 'exit 0'))`,
  'the policy socket': `import('node:fs').then((fs) => fs.unlinkSync('/run/policy.sock'))`,
});

test(
  '[AG42] a hijacked agent reads no other run, project, key or the host, and cannot change its hook',
  long,
  async () => {
    const other = await begin(['write secret.txt other', 'hang'], {
      session: await newSession(await newProject(team)),
    });
    const worktrees = path.join(env().dataDir, 'worktrees', 'run');
    await vi.waitUntil(() => existsSync(path.join(worktrees, `${other.runId}a1`, 'work', 'secret.txt')), {
      timeout: 20_000,
    });
    const all = probes({
      worktree: path.join(worktrees, `${other.runId}a1`),
      sockets: path.join(env().dataDir, 'sockets'),
      port: outside.port,
    });
    const { said } = await ran(
      Object.values(all).map((probe) => `js ${probe}`),
      { agent: 'judged' },
    );
    const answers = said.split('\n').filter((line) => line.startsWith('value '));
    expect(answers).toHaveLength(Object.keys(all).length);
    expect(Object.fromEntries(Object.keys(all).map((name, at) => [name, answers[at]?.includes('"failed"')]))).toEqual(
      Object.fromEntries(Object.keys(all).map((name) => [name, true])),
    );
    const seen = await ran(['js process.env', "js import('node:fs').then((fs) => fs.readdirSync('/run'))"], {
      agent: 'judged',
      session: await newSession(projectId),
    });
    expect(seen.said).not.toMatch(/SECRET|DATABASE|PASSWORD|ENSEMBLE/);
    expect(seen.said).toContain('value ["policy.sock"]');
    await requestCancel(team.admin.ctx, { runId: other.runId });
    await other.done;
    expectNothingOutside();
  },
);

test('[AG42] a hook that is flooded, and files that are huge, end in words', long, async () => {
  const { said, run } = await ran(
    [
      `js import('node:net').then(({ connect }) => { for (let n = 0; n < 100; n += 1) connect('/run/policy.sock').on('error', () => undefined).write('x'); return 'flooded'; })`,
      "js import('node:fs').then((fs) => { fs.writeFileSync('/tmp/big', Buffer.alloc(200 * 1024 * 1024)); return 'written'; })",
      `hook Read ${JSON.stringify({ file_path: '/work/README.md' })}`,
    ],
    { agent: 'judged' },
  );
  expect(run.state).toBe('succeeded');
  // Whoever floods the hook of a run has no answer for itself.
  expect(said).toMatch(/hook 2|"allow"/);
  expectNothingOutside();
});
