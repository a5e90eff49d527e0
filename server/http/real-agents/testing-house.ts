import { symlinkSync } from 'node:fs';
import path from 'node:path';
import { afterAll } from 'vitest';
import { setDatabaseUrl } from '../../../db/client.ts';
import { testDatabase } from '../../../db/testing.ts';
import { testingEnv } from '../../../db/testing-data-folder.ts';
import { pinnedAgents } from '../../agents/pins.ts';
import { getAgentProfile } from '../../agents/registry.ts';
import { driveRun, type DriveOptions } from '../../agents/run-driver.ts';
import { answerRooms, headOf } from '../../agents/testing-run.ts';
import type { TestPerson } from '../../auth/testing.ts';
import { systemContext } from '../../context.ts';
import type { LlmProtocol } from '../../core/llm-message.ts';
import type { RunMode } from '../../core/session-event.ts';
import { createGateway, type Gateway } from '../../gateway/gateway.ts';
import { setCallNode } from '../../governance/calls/call-node.ts';
import { newModel, newProvider } from '../../governance/testing.ts';
import { openRunDoor } from '../run-door.ts';
import { closeQueue } from '../../jobs/queue.ts';
import { env } from '../../platform/env.ts';
import { closeNotifications } from '../../platform/notifications.ts';
import { claimRun } from '../../runs/claim-run.ts';
import { decidePermission } from '../../runs/decide-permission.ts';
import { getRun } from '../../runs/queries.ts';
import { requestCancel } from '../../runs/request-cancel.ts';
import { registerWorker } from '../../runs/register-worker.ts';
import { logOf, runRow, testAgent } from '../../runs/testing.ts';
import { createSession } from '../../sessions/create-session.ts';
import { sendPrompt } from '../../sessions/send-prompt.ts';
import { repoPath } from '../../workspace/git.ts';
import { diffCommits } from '../../workspace/git-objects.ts';
import { newProject, newStaffedTeam, type TestTeam } from '../../workspace/testing.ts';
import { startModelServer, type ModelServer } from '../../../e2e/fakes/model-server.ts';

/** Longer than a slow machine with two cores needs for a run. */
export const long = 180_000;

export type AgentHouse = {
  models: ModelServer;
  databaseUrl: string;
  team: TestTeam;
  projectId: string;
  newSession(): Promise<string>;
  /** Sends a prompt and works on it. `done` resolves when the run has ended. */
  begin(prompt: Prompt): Promise<{ runId: string; done: Promise<void>; stopping: AbortController }>;
  /** Works on a run that is queued. */
  drive(runId: string): Promise<{ done: Promise<void>; stopping: AbortController }>;
  /** Sends a prompt in a session of its own, works on it to its end, and tells what came of it. */
  run(prompt: Omit<Prompt, 'sessionId'>): Promise<Ran>;
  /** What came of a run, so far or in the end. */
  ranOf(runId: string): Promise<Ran>;
  cancel(runId: string): Promise<void>;
};

export type Prompt = {
  text: string;
  agent: string;
  sessionId: string;
  mode?: RunMode;
  model?: string;
  /** Who prompts; the developer when it is left out. */
  by?: TestPerson;
  /** What an admin answers to the agent's questions, undefined nothing; they are allowed when it is left out. */
  answers?: (question: AskedQuestion) => PermissionWord | undefined;
} & Partial<DriveOptions>;

export type AskedQuestion = { title: string; request: Record<string, unknown> };
export type PermissionWord = { decision: 'allow' | 'deny'; scope?: 'once' | 'run'; reason?: string };

export type Ran = {
  runId: string;
  run: Awaited<ReturnType<typeof runRow>>;
  log: Record<string, unknown>[];
  /** Paths that the run changed. */
  changed: string[];
  /** What the agent said. */
  said: string;
};

const everyProtocol: LlmProtocol[] = ['anthropic_messages', 'openai_responses', 'openai_chat'];
const system = () => systemContext('worker');
const workerId = 'node_agents';

/** The packages as `npm run test:agents` installed them, for this file's data folder. */
function linkAgents(): void {
  const installed = testingEnv()['ENSEMBLE_TEST_AGENTS'];
  if (installed === undefined)
    throw new Error('ENSEMBLE_TEST_AGENTS is not set. Run these tests with: npm run test:agents');
  symlinkSync(installed, path.join(env().dataDir, 'agents'));
}

/** For a whole test file: a team with a project, the real gateway before a scripted provider, and the agents as installed. */
export async function agentHouse(
  agents: readonly string[] = pinnedAgents,
  protocols: LlmProtocol[] = everyProtocol,
): Promise<AgentHouse> {
  const { url } = await testDatabase();
  setDatabaseUrl(url);
  linkAgents();
  const team = await newStaffedTeam('Alpha');
  const projectId = await newProject(team);
  await registerWorker(system(), {
    workerId,
    agents: agents.map((name) => {
      const { steers = false } = getAgentProfile(name).capabilities;
      return { ...testAgent, name, needsModel: true, steers };
    }),
  });
  const stopRooms = await answerRooms(headOf);
  setCallNode(workerId);
  const models = await startModelServer();
  const providerId = await newProvider({
    baseUrl: models.url,
    kind: 'openai_compatible',
    protocols,
    key: 'sk-upstream',
  });
  await newModel('scripted', [
    { providerId, upstreamModel: 'scripted-large', contextSize: 200_000, maxOutput: 32_000 },
  ]);
  afterAll(async () => {
    stopRooms();
    await models.close();
    await closeQueue();
    await closeNotifications();
  });
  const drive = driver(team, createGateway());
  const begin = beginner(team, drive);
  const newSession = async () => (await createSession(team.developer.ctx, { projectId, title: 'Work' })).id;
  return {
    models,
    databaseUrl: url,
    team,
    projectId,
    newSession,
    begin,
    drive: (runId) => drive(runId, {}),
    ranOf: (runId) => ranOf(projectId, runId),
    cancel: async (runId) => void (await requestCancel(team.developer.ctx, { runId })),
    run: async (prompt) => {
      models.forget();
      const { runId, done } = await begin({ ...prompt, sessionId: await newSession() });
      await done;
      return ranOf(projectId, runId);
    },
  };
}

type Working = Pick<Prompt, 'answers'> & Partial<DriveOptions>;
type Drive = (runId: string, working: Working) => Promise<{ done: Promise<void>; stopping: AbortController }>;

function driver(team: TestTeam, gateway: Gateway): Drive {
  return async (runId, { answers = () => ({ decision: 'allow' }), ...options }) => {
    const run = await claimRun(system(), { runId, workerId });
    if (!run) throw new Error('the run was not claimed');
    const stopping = new AbortController();
    const openDoor = (id: string) => openRunDoor(id, gateway);
    const given = { run, workerId, stopping: stopping.signal, profileOf: getAgentProfile, openDoor };
    const stopAnswering = answerQuestions(team, runId, answers);
    return { done: driveRun({ ...given, ...options }).finally(stopAnswering), stopping };
  };
}

function beginner(team: TestTeam, drive: Drive): AgentHouse['begin'] {
  return async ({ text, agent, sessionId, mode, model, by = team.developer, ...working }) => {
    const prompt = { sessionId, text, agent, ...(mode && { mode }), ...(model && { model }) };
    const { runId } = await sendPrompt(by.ctx, prompt);
    return { runId, ...(await drive(runId, working)) };
  };
}

/** An admin who looks at a run's open questions again and again. @returns what stops them */
function answerQuestions(team: TestTeam, runId: string, answers: NonNullable<Prompt['answers']>): () => void {
  const look = async () => {
    const { permissions } = await getRun(team.admin.ctx, runId);
    for (const { id, request } of permissions) {
      const word = answers({ title: String(request['title']), request });
      if (word) await decidePermission(team.admin.ctx, { permissionId: id, ...word });
    }
  };
  let looking: Promise<void> | undefined;
  const timer = setInterval(() => {
    // Somebody else, or the end of the run, may have been faster.
    looking ??= look()
      .catch(() => undefined)
      .finally(() => (looking = undefined));
  }, 50);
  return () => clearInterval(timer);
}

async function ranOf(projectId: string, runId: string): Promise<Ran> {
  const run = await runRow(runId);
  const log = await logOf(run.sessionId);
  const said = log.flatMap((body) => (body['type'] === 'agent_text' ? [String(body['text'])] : [])).join('');
  const changes =
    run.resultCommit === null ? [] : await diffCommits(repoPath(projectId), run.baseCommit ?? '', run.resultCommit);
  return { runId, run, log, said, changed: changes.map((change) => change.path).toSorted() };
}
