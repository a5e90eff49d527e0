import { afterAll, beforeAll, beforeEach, expect, test, vi } from 'vitest';
import { setDatabaseUrl } from '../../db/client.ts';
import { testDatabase } from '../../db/testing.ts';
import { systemContext } from '../context.ts';
import { policy, putInForce } from '../governance/testing-policies.ts';
import { closeQueue } from '../jobs/queue.ts';
import { closeNotifications } from '../platform/notifications.ts';
import { claimRun } from '../runs/claim-run.ts';
import { registerWorker } from '../runs/register-worker.ts';
import { logOf, runRow, testAgent } from '../runs/testing.ts';
import { createSession } from '../sessions/create-session.ts';
import { sendPrompt } from '../sessions/send-prompt.ts';
import { undoAction } from '../sessions/undo-action.ts';
import { repoPath, resolveCommit } from '../workspace/git.ts';
import { commitTree, diffCommits, writeBlob, writeTreeChanges } from '../workspace/git-objects.ts';
import { removeKeptFilesBefore } from '../workspace/kept-files.ts';
import { newProject, newStaffedTeam, type TestTeam } from '../workspace/testing.ts';
import { closedFilesOf, closedWords } from './closed-files.ts';
import { putBackEnded } from './put-back-ended.ts';
import type { AgentProfile } from './registry.ts';
import { driveRun } from './run-driver.ts';
import { answerRooms, judgedAgent, scriptedAgent } from './testing-run.ts';

/** What policy closes to a run, in a real box: its commands find it no more than its tools do. */
const { url } = await testDatabase();
setDatabaseUrl(url);
const system = systemContext('worker');
const workerId = 'node_closed';
const long = { timeout: 60_000 };
const author = { name: 'Ada', email: 'ada@example.com', at: new Date(0) };

let team: TestTeam;
let repo: string;
let sessionId: string;
let head: string;
let stopRooms: () => void;

beforeAll(async () => {
  team = await newStaffedTeam('Alpha');
  await registerWorker(system, { workerId, agents: ['scripted', 'judged'].map((name) => ({ ...testAgent, name })) });
  stopRooms = await answerRooms(() => Promise.resolve({ state: 'done', commit: head }));
}, 60_000);
beforeEach(async () => {
  const projectId = await newProject(team);
  repo = repoPath(projectId);
  sessionId = (await createSession(team.developer.ctx, { projectId, title: 'Work' })).id;
  const main = await resolveCommit(repo, 'refs/heads/main');
  if (main === undefined) throw new Error('no main branch');
  head = main;
});
afterAll(async () => {
  stopRooms();
  await removeKeptFilesBefore(new Date(Date.now() + 60_000));
  await closeQueue();
  await closeNotifications();
});

async function withFiles(parent: string, texts: Record<string, string | undefined>): Promise<string> {
  const changes = await Promise.all(
    Object.entries(texts).map(async ([file, text]) =>
      text === undefined
        ? { path: file, remove: true as const }
        : { path: file, mode: '100644' as const, oid: await writeBlob(repo, Buffer.from(text)) },
    ),
  );
  const tree = await writeTreeChanges(repo, parent, changes);
  return commitTree(repo, { tree, parents: [parent], message: 'files', author });
}

/** Nobody judges what the first does. */
const agents: Record<string, AgentProfile> = {
  scripted: { ...scriptedAgent(), work: 'rw' },
  judged: { ...judgedAgent(), work: 'rw' },
};

async function run(agent: 'scripted' | 'judged', ...lines: string[]) {
  const text = lines.join('\n');
  const profileOf = () => agents[agent] ?? judgedAgent();
  const { runId } = await sendPrompt(team.developer.ctx, { sessionId, text, agent, mode: 'auto' });
  const claimed = await claimRun(system, { runId, workerId });
  if (!claimed) throw new Error('not claimed');
  await driveRun({ run: claimed, workerId, stopping: new AbortController().signal, profileOf });
  const log = await logOf(sessionId);
  const said = log.flatMap((body) => (body['type'] === 'agent_text' ? [String(body['text'])] : [])).join('');
  return { row: await runRow(runId), log, said };
}

const changed = async (commit: string | null) =>
  (await diffCommits(repo, head, commit ?? '')).map(({ path, status }) => `${status} ${path}`);

test(
  '[PO24] [AG53] [AG54] commands of a run find no file that policy closes, and none seems changed',
  long,
  async () => {
    head = await withFiles(head, { 'deploy/tls.pem': 'inner workings\n', 'deploy/run.sh': 'true\n' });
    const look = `cat deploy/tls.pem; ls deploy; grep -rl "inner workings" /work /gitdir; git status --short; git cat-file -p ${head}:deploy/tls.pem; git log --oneline | wc -l`;
    const { row, log, said } = await run(
      'scripted',
      `run ${look}`,
      `spawn ${look}`,
      'run rm -rf deploy && echo new > made.txt',
      'run mkdir deploy && echo mine > deploy/tls.pem',
    );
    expect(row).toMatchObject({ state: 'succeeded' });
    expect(said).not.toContain('inner workings');
    expect(said).toContain('run.sh');
    expect(await changed(row.resultCommit)).toEqual(['deleted deploy/run.sh', 'added made.txt']);
    expect(log.filter(({ type }) => type === 'files_closed')).toEqual([
      { type: 'files_closed', runId: row.id, paths: ['deploy/tls.pem'], count: 1, history: true },
    ]);
  },
);

test('[AG53] what is taken back after the turn leaves closed files alone', long, async () => {
  head = await withFiles(head, { 'deploy/tls.pem': 'inner workings\n', 'a.txt': 'one\n' });
  const { row, log } = await run('judged', 'run echo made > made.txt', 'run rm a.txt');
  expect(await changed(row.resultCommit)).toEqual(['deleted a.txt', 'added made.txt']);
  const keptId = String(log.findLast(({ type }) => type === 'files_kept')?.['keptId']);
  const undone = undoAction(team.developer.ctx, { keptId });
  await vi.waitUntil(
    async () => {
      await putBackEnded(system);
      return (await logOf(sessionId)).some(({ type }) => type === 'files_put_back');
    },
    { timeout: 20_000 },
  );
  await undone;
  expect(await changed((await runRow(row.id)).resultCommit)).toEqual(['added made.txt']);
});

test('[PO24] [AG53] a file that was closed and is gone is not read from the history either', long, async () => {
  const before = await withFiles(head, { 'old.pem': 'inner workings\n' });
  head = await withFiles(before, { 'old.pem': undefined });
  const { said, log, row } = await run(
    'scripted',
    `run git show ${before}:old.pem; git log --oneline; echo more > made.txt`,
  );
  expect(said).not.toContain('inner workings');
  expect(log.filter(({ type }) => type === 'files_closed')).toMatchObject([{ count: 0, history: true }]);
  expect(await changed(row.resultCommit)).toEqual(['added made.txt']);
});

test('[PO24] a run from which nothing is closed has everything', long, async () => {
  const { said, log } = await run('scripted', 'run git log --format=%H');
  expect(said).toContain(head);
  expect(log.some(({ type }) => type === 'files_closed')).toBe(false);
});

test('[PO23] paths that no policy tells apart are asked about once, and all others each', long, async () => {
  const paths = Object.fromEntries(Array.from({ length: 300 }, (_, at) => [`src/f${at}.ts`, 'x\n']));
  head = await withFiles(head, { ...paths, 'private/a.ts': 'x\n', 'private/b.ts': 'x\n' });
  const { runId } = await sendPrompt(team.developer.ctx, { sessionId, text: 'look', agent: 'judged' });
  const closed = () => closedFilesOf({ id: runId, teamId: team.teamId }, { repo, commit: head });
  expect(await closed()).toEqual({ paths: [], history: false });
  const open = policy('open', 'permit (principal, action, resource)');
  const named = policy(
    'private',
    'forbid (principal, action == Action::"usePath", resource) when { resource.path like "private/*" && context.agent == "judged" }',
  );
  await putInForce(team.teamId, `${open}${named}`, team.admin.personId);
  await expect.poll(closed, { timeout: 15_000 }).toEqual({ paths: ['private/a.ts', 'private/b.ts'], history: true });
  const one = policy('one', 'forbid (principal, action == Action::"usePath", resource == Path::"src/f7.ts")');
  await putInForce(team.teamId, `${open}${one}`, team.admin.personId);
  await expect.poll(closed, { timeout: 15_000 }).toEqual({ paths: ['src/f7.ts'], history: true });
});

test('[AG54] a model is told in words, and at most twenty by name', () => {
  expect(closedWords({ paths: [], history: false })).toEqual([]);
  expect(closedWords({ paths: [], history: true })).toEqual([expect.stringContaining('history')]);
  const [words] = closedWords({ paths: Array.from({ length: 25 }, (_, at) => `${at}.pem`), history: true });
  expect(words).toContain('"0.pem", "1.pem"');
  expect(words).toContain(' and 5 more.');
});
