import { existsSync, symlinkSync } from 'node:fs';
import path from 'node:path';
import { eq } from 'drizzle-orm';
import { db, schema } from '../../db/client.ts';
import { agentTask } from '../../e2e/fakes/agent-steps.ts';
import { startModelServer } from '../../e2e/fakes/model-server.ts';
import { getAgentProfile, type AgentProfile } from '../../server/agents/registry.ts';
import { answerRooms, headOf, scriptedAgent } from '../../server/agents/testing-run.ts';
import { startWorkerService } from '../../server/agents/worker-service.ts';
import { newPerson, newTeam, type TestPerson } from '../../server/auth/testing.ts';
import { createGateway } from '../../server/gateway/gateway.ts';
import { setCallNode } from '../../server/governance/calls/call-node.ts';
import { newModel, newProvider } from '../../server/governance/testing.ts';
import { openRunDoor } from '../../server/http/run-door.ts';
import { closeQueue } from '../../server/jobs/queue.ts';
import { env } from '../../server/platform/env.ts';
import { newId } from '../../server/platform/ids.ts';
import { closeNotifications } from '../../server/platform/notifications.ts';
import { watchSession } from '../../server/runs/watch.ts';
import { createSession } from '../../server/sessions/create-session.ts';
import { sendPrompt } from '../../server/sessions/send-prompt.ts';
import { createProject } from '../../server/workspace/create-project.ts';
import { importProject } from '../../server/workspace/import-project.ts';

/** A worker, a team with a project and a scripted model, in this process, on the database that is set. */
export type House = {
  agents: readonly AgentProfile[];
  newSession(): Promise<string>;
  /** Sends a prompt and gives what its log says, each entry with the moment at which a watcher had it. */
  watch(sessionId: string, prompt: { text: string; agent: string }): AsyncGenerator<Seen>;
  send(sessionId: string, prompt: { text: string; agent: string }): Promise<string>;
  stateOf(runId: string): Promise<string>;
  close(): Promise<void>;
};

export type Seen = { type: string; runId: string | undefined; seenAt: number; writtenAt: number; sentAt: number };

const workerId = 'node_bench';

/** Agents of others, where they are installed: `ENSEMBLE_TEST_AGENTS` names the folder. */
function installedAgents(): AgentProfile[] {
  const folder = process.env['ENSEMBLE_TEST_AGENTS'];
  if (folder === undefined) return [];
  symlinkSync(folder, path.join(env().dataDir, 'agents'));
  return ['claude-code', 'codex', 'opencode', 'qwen-code', 'gemini-cli']
    .filter((name) => existsSync(path.join(folder, name)))
    .map(getAgentProfile);
}

export async function openHouse(): Promise<House> {
  const agents = [scriptedAgent(), getAgentProfile('refactor'), ...installedAgents()];
  const models = await startModelServer();
  models.script(agentTask([]));
  setCallNode(workerId);
  const providerId = await newProvider({
    baseUrl: models.url,
    kind: 'openai_compatible',
    protocols: ['anthropic_messages', 'openai_responses', 'openai_chat'],
    key: 'sk-of-the-benchmark',
  });
  await newModel('scripted', [{ providerId, upstreamModel: 'scripted-large', contextSize: 200_000 }]);
  const person = await newPerson('Bench');
  const teamId = await newTeam('Bench', [[person, 'admin']]);
  await db().update(schema.team).set({ maxRuns: 100, maxRunsPerPerson: 100 }).where(eq(schema.team.id, teamId));
  const stopRooms = await answerRooms(headOf);
  const gateway = createGateway();
  const worker = await startWorkerService({
    workerId,
    profiles: agents,
    openDoor: (runId) => openRunDoor(runId, gateway),
  });
  const projectId = await newProject(person, teamId);
  const { ctx } = person;
  const newSession = async () => (await createSession(ctx, { projectId, title: newId('ses') })).id;
  return {
    agents,
    newSession,
    send: async (sessionId, prompt) => (await sendPrompt(ctx, { sessionId, ...prompt, mode: 'edit' })).runId,
    watch: (sessionId, prompt) => watched(person, { sessionId, ...prompt }),
    stateOf: async (runId) => {
      const [row] = await db().select({ state: schema.run.state }).from(schema.run).where(eq(schema.run.id, runId));
      return row?.state ?? 'gone';
    },
    close: async () => {
      await worker.stop();
      stopRooms();
      await models.close();
      await closeQueue();
      await closeNotifications();
    },
  };
}

async function newProject(person: TestPerson, teamId: string): Promise<string> {
  const [team] = await db().select().from(schema.team).where(eq(schema.team.id, teamId));
  const made = { team: team?.slug ?? '', name: 'Ledger', source: { type: 'sample' } } as const;
  const { id: projectId } = await createProject(person.ctx, made);
  await importProject({ projectId }, new AbortController().signal);
  return projectId;
}

type Prompt = { sessionId: string; text: string; agent: string };

async function* watched({ ctx }: TestPerson, { sessionId, ...prompt }: Prompt): AsyncGenerator<Seen> {
  const stop = new AbortController();
  const sent = { sessionId, ...prompt, mode: 'edit' } as const;
  const sentAt = Date.now();
  const sending = sendPrompt(ctx, sent);
  try {
    for await (const batch of watchSession(ctx, { sessionId, afterSeq: 0, signal: stop.signal })) {
      const seenAt = Date.now();
      const entries = batch.map(({ at, body }): Seen => {
        const runId = 'runId' in body ? body.runId : undefined;
        return { type: body.type, runId, seenAt, writtenAt: Date.parse(at), sentAt };
      });
      yield* entries;
      if (entries.some(({ type }) => type === 'run_finished')) return;
    }
  } finally {
    await sending;
    stop.abort();
  }
}
