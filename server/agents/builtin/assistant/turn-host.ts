import path from 'node:path';
import type * as acp from '@agentclientprotocol/sdk';
import { z } from 'zod';

/** What one turn may ask of the host and tell it. Paths are relative to the project. */
export type TurnHost = {
  root: string;
  signal: AbortSignal;
  update(body: acp.SessionUpdate): Promise<void>;
  /** @throws an error of the host, in its words, also for what is not there */
  readFile(relative: string): Promise<string>;
  writeFile(relative: string, content: string): Promise<void>;
  createTerminal(command: string, cwd: string): Promise<acp.TerminalHandle>;
  /** Asks whether a call that was announced may be done: the host judges it, and asks people when that is its word. */
  askPermission(toolCall: acp.ToolCallUpdate): Promise<PermissionWord>;
  absolute(relative: string): string;
};

export type PermissionWord = { isAllowed: boolean; reason?: string };

export type TurnHostOptions = { client: acp.AgentContext; sessionId: string; root: string; signal: AbortSignal };

/** The most that the host keeps of a command's output. */
const outputBytes = 1024 * 1024;

const options: acp.PermissionOption[] = [
  { optionId: 'allow', name: 'Allow', kind: 'allow_once' },
  { optionId: 'deny', name: 'Deny', kind: 'reject_once' },
];

export function createTurnHost({ client, sessionId, root, signal }: TurnHostOptions): TurnHost {
  const absolute = (relative: string) => path.posix.join(root, relative);
  return {
    root,
    signal,
    absolute,
    update: async (update) => {
      signal.throwIfAborted();
      await client.notify('session/update', { sessionId, update });
    },
    readFile: async (relative) => {
      const answer = await client.request(
        'fs/read_text_file',
        { sessionId, path: absolute(relative) },
        { cancellationSignal: signal },
      );
      return answer.content;
    },
    writeFile: async (relative, content) => {
      signal.throwIfAborted();
      await client.request('fs/write_text_file', { sessionId, path: absolute(relative), content });
    },
    createTerminal: async (command, cwd) => {
      signal.throwIfAborted();
      const where = { cwd: absolute(cwd), outputByteLimit: outputBytes };
      return client.createTerminal({ sessionId, command, ...where });
    },
    askPermission: async (toolCall) => {
      const { outcome, _meta: meta } = await client.request(
        'session/request_permission',
        { sessionId, toolCall, options },
        { cancellationSignal: signal },
      );
      signal.throwIfAborted();
      const isAllowed = outcome.outcome === 'selected' && outcome.optionId === 'allow';
      return { isAllowed, ...reasonIn(meta) };
    },
  };
}

const denial = z.object({ ensemble: z.object({ reason: z.string() }) });

/** Why it was denied, which the host says where the protocol has no place for it. */
function reasonIn(meta: unknown): { reason?: string } {
  const parsed = denial.safeParse(meta);
  return parsed.success ? { reason: parsed.data.ensemble.reason } : {};
}
