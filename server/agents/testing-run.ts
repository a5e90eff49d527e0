import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { eq } from 'drizzle-orm';
import { db, schema } from '../../db/client.ts';
import { notifications } from '../platform/notifications.ts';
import { notify } from '../platform/notify.ts';
import type { AgentProfile } from './registry.ts';

/** What tests of runs share: scripted agents, a room that answers, and a look at the processes of a box. */

/** The scripted agent of testing-agent.ts, in the real sandbox. */
export function scriptedAgent(...argv: string[]): AgentProfile {
  return {
    name: 'scripted',
    title: 'Scripted',
    description: 'Does what the lines of the prompt say.',
    needsModel: false,
    isProgram: true,
    modes: { ask: 'ask', plan: 'plan', edit: 'edit', auto: 'auto' },
    defaultMode: 'edit',
    work: 'ro',
    command: ({ node }) => [node, '/opt/agent/testing-agent.ts', ...argv],
    mounts: () => [[path.join(import.meta.dirname, 'testing-agent.ts'), '/opt/agent/testing-agent.ts']],
    env: () => ({}),
    homeFiles: () => ({}),
    sessionMeta: () => ({}),
    capabilities: { hostFiles: true, hostTerminals: true, steers: argv.includes('steers') },
    available: () => Promise.resolve({ ok: true }),
  };
}

/** The same, keeping its conversation in its home. */
export const rememberingAgent = (): AgentProfile => ({
  ...scriptedAgent('remembers'),
  name: 'remembering',
  home: 'folder',
});

/** The same, as an agent whose every action is judged. */
export function judgedAgent(): AgentProfile {
  const { isProgram: _judged, ...profile } = scriptedAgent();
  return { ...profile, name: 'judged' };
}

/** The same, with the environment that clients of models read. */
export function modelAgent(): AgentProfile {
  return {
    ...scriptedAgent(),
    needsModel: true,
    env: ({ models }): Record<string, string> =>
      models
        ? { OPENAI_BASE_URL: models.openAiUrl, ANTHROPIC_BASE_URL: models.anthropicUrl, MODEL_KEY: models.key }
        : {},
  };
}

export type RoomAnswer = { state: 'done'; commit: string } | { state: 'failed'; message: string } | 'silence';

/** Stands in for the rooms' owner: answers each materialize as told. @returns what stops it */
export async function answerRooms(answer: (sessionId: string) => Promise<RoomAnswer>): Promise<() => void> {
  const { roomCommand } = schema;
  return (await notifications()).on('room_command', (payload) => {
    const [sessionId = '', commandId = ''] = payload.split(':');
    void answer(sessionId).then(async (given) => {
      if (given === 'silence') return;
      const outcome =
        given.state === 'done'
          ? { state: 'done' as const, result: { commit: given.commit } }
          : { state: 'failed' as const, result: { code: 'unavailable', message: given.message } };
      await db()
        .update(roomCommand)
        .set({ ...outcome, finishedAt: new Date() })
        .where(eq(roomCommand.id, commandId));
      await notify(db(), 'room_command_done', commandId);
    });
  });
}

/** A room without open files: its state is the session's head. */
export async function headOf(sessionId: string): Promise<RoomAnswer> {
  const { session } = schema;
  const [row] = await db().select({ commit: session.headCommit }).from(session).where(eq(session.id, sessionId));
  return row ? { state: 'done', commit: row.commit } : { state: 'failed', message: 'There is no such session.' };
}

/** The processes that see a folder whose path holds `part`: those of the boxes on it. */
export function processesOn(part: string): number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .filter((pid) => mountsOf(pid).includes(part));
}

/** Whether a process of the boxes on a folder has a command line that begins with these words. */
export function isRunningOn(part: string, words: string): boolean {
  return processesOn(part).some((pid) => commandLineOf(pid).startsWith(words));
}

function commandLineOf(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ');
  } catch {
    return ''; // It has ended since it was listed.
  }
}

function mountsOf(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/mountinfo`, 'utf8');
  } catch {
    return ''; // It has ended since it was listed.
  }
}
