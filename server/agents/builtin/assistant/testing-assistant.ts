import { execFileSync } from 'node:child_process';
import { vi } from 'vitest';
import { startModelServer, type ModelServer } from '../../../../e2e/fakes/model-server.ts';
import { systemContext } from '../../../context.ts';
import type { LlmProtocol } from '../../../core/llm-message.ts';
import type { RunMode } from '../../../core/session-event.ts';
import { createGateway } from '../../../gateway/gateway.ts';
import { setCallNode } from '../../../governance/calls/call-node.ts';
import { newModel, newProvider } from '../../../governance/testing.ts';
import { openRunDoor } from '../../../http/run-door.ts';
import { closeQueue } from '../../../jobs/queue.ts';
import { closeNotifications } from '../../../platform/notifications.ts';
import { claimRun } from '../../../runs/claim-run.ts';
import { decidePermission } from '../../../runs/decide-permission.ts';
import { registerWorker } from '../../../runs/register-worker.ts';
import { logOf, runRow, testAgent } from '../../../runs/testing.ts';
import { createSession } from '../../../sessions/create-session.ts';
import { sendPrompt } from '../../../sessions/send-prompt.ts';
import { repoPath } from '../../../workspace/git.ts';
import { newProject, newStaffedTeam, type TestTeam } from '../../../workspace/testing.ts';
import { driveRun } from '../../run-driver.ts';
import { answerRooms, headOf } from '../../testing-run.ts';

/** The assistant as people have it: in its box, through the run's door and the gateway, before a scripted provider. */
export type AssistantHouse = {
  models: ModelServer;
  team: TestTeam;
  begin(text: string, given?: { mode?: RunMode; model?: string; sessionId?: string }): Promise<Begun>;
  close(): Promise<void>;
};

export type Begun = {
  runId: string;
  sessionId: string;
  done: Promise<void>;
  run(): ReturnType<typeof runRow>;
  log(): Promise<Record<string, unknown>[]>;
  /** Waits until the log has an entry that fits. */
  until(fits: (body: Record<string, unknown>) => boolean): Promise<Record<string, unknown>>;
  /** The text of a file in what the run left. */
  result(path: string): Promise<string>;
};

const workerId = 'node_assistant';
const protocols = ['openai_chat', 'anthropic_messages', 'openai_responses'] as const satisfies LlmProtocol[];

/** One model for each protocol of a provider, called after it. */
export async function startAssistantHouse(): Promise<AssistantHouse> {
  const system = systemContext('worker');
  const team = await newStaffedTeam('Alpha');
  const projectId = await newProject(team);
  await registerWorker(system, { workerId, agents: [{ ...testAgent, name: 'assistant', needsModel: true }] });
  const stopRooms = await answerRooms(headOf);
  setCallNode(workerId);
  const models = await startModelServer();
  for (const protocol of protocols) {
    const kind = protocol === 'anthropic_messages' ? 'anthropic' : 'openai_compatible';
    const baseUrl = protocol === 'anthropic_messages' ? models.url : `${models.url}/v1`;
    const providerId = await newProvider({ baseUrl, kind, protocols: [protocol], key: 'sk-upstream' });
    await newModel(protocol, [{ providerId, upstreamModel: 'scripted-large' }]);
    if (protocol === 'openai_chat')
      await newModel('small_context', [{ providerId, upstreamModel: 'scripted-small', contextSize: 16_000 }]);
  }
  const gateway = createGateway();
  return {
    models,
    team,
    async begin(text, { mode = 'auto', model = 'openai_chat', sessionId: known } = {}) {
      const sessionId = known ?? (await createSession(team.developer.ctx, { projectId, title: 'Work' })).id;
      const { runId } = await sendPrompt(team.developer.ctx, { sessionId, text, agent: 'assistant', mode, model });
      const run = await claimRun(system, { runId, workerId });
      if (!run) throw new Error('not claimed');
      const openDoor = (id: string) => openRunDoor(id, gateway);
      const driven = driveRun({ run, workerId, stopping: new AbortController().signal, openDoor });
      const done = allowAll(team, sessionId, driven);
      return {
        runId,
        sessionId,
        done,
        run: () => runRow(runId),
        log: () => logOf(sessionId),
        until: (fits) =>
          vi.waitUntil(async () => (await logOf(sessionId)).find(fits), { timeout: 20_000, interval: 20 }),
        async result(path) {
          const { resultCommit } = await runRow(runId);
          return execFileSync('git', ['--git-dir', repoPath(projectId), 'show', `${resultCommit}:${path}`], {
            encoding: 'utf8',
          });
        },
      };
    },
    async close() {
      stopRooms();
      await models.close();
      await closeQueue();
      await closeNotifications();
    },
  };
}

export const textsOf = (log: Record<string, unknown>[]): string =>
  log.flatMap((body) => (body['type'] === 'agent_text' ? [String(body['text'])] : [])).join('');

/** Somebody who allows whatever the run asks for, until it is done. */
async function allowAll(team: TestTeam, sessionId: string, done: Promise<void>): Promise<void> {
  const answered = new Set<string>();
  let isDone = false;
  const ended = done.finally(() => (isDone = true));
  await vi.waitUntil(
    async () => {
      for (const body of await logOf(sessionId)) {
        const permissionId = String(body['permissionId']);
        if (body['type'] !== 'permission_requested' || answered.has(permissionId)) continue;
        answered.add(permissionId);
        await decidePermission(team.admin.ctx, { permissionId, decision: 'allow' }).catch(() => undefined);
      }
      return isDone;
    },
    { timeout: 50_000, interval: 40 },
  );
  await ended;
}
