import { randomUUID } from 'node:crypto';
import path from 'node:path';
import type * as acp from '@agentclientprotocol/sdk';
import type { FileEdit, Skip } from './operation.ts';

export type AgentMode = 'edit' | 'plan' | 'ask';

/** One prompt being answered: what it may use, and how it speaks to the host. */
export type Turn = {
  root: string;
  mode: AgentMode;
  signal: AbortSignal;
  say(text: string): Promise<void>;
  plan(entries: readonly { text: string; status: acp.PlanEntry['status'] }[]): Promise<void>;
  tool(call: ToolCall): Promise<ToolReport>;
  readFile(relative: string): Promise<string>;
  writeFile(relative: string, content: string): Promise<void>;
  createTerminal(command: string, args: readonly string[]): Promise<acp.TerminalHandle>;
};

export type ToolCall = Pick<acp.ToolCall, 'title' | 'kind'> & {
  paths?: readonly string[];
  input?: unknown;
  edit?: FileEdit;
};

/** Goes on with a tool call that was announced as pending. */
export type ToolReport = {
  start(content?: acp.ToolCallContent[]): Promise<void>;
  end(status: 'completed' | 'failed', output?: string): Promise<void>;
};

type TurnOptions = { client: acp.AgentContext; sessionId: string; root: string; mode: AgentMode; signal: AbortSignal };

export function createTurn({ client, sessionId, root, mode, signal }: TurnOptions): Turn {
  const absolute = (relative: string) => path.posix.join(root, relative);
  const update: Update = async (body) => {
    signal.throwIfAborted();
    await client.notify('session/update', { sessionId, update: body });
  };
  return {
    root,
    mode,
    signal,
    tool: (call) => announceTool(call, absolute, update),
    say: (text) =>
      update({
        sessionUpdate: 'agent_message_chunk',
        messageId: randomUUID(),
        content: { type: 'text', text },
      }),
    plan: (entries) =>
      update({
        sessionUpdate: 'plan',
        entries: entries.map(({ text, status }) => ({ content: text, status, priority: 'medium' })),
      }),
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
    createTerminal: (command, args) =>
      client.createTerminal({ sessionId, command, args: [...args], cwd: root, outputByteLimit: 256 * 1024 }),
  };
}

type Update = (body: acp.SessionUpdate) => Promise<void>;

async function announceTool(
  call: ToolCall,
  absolute: (relative: string) => string,
  update: Update,
): Promise<ToolReport> {
  const toolCallId = randomUUID();
  const { edit } = call;
  const paths = edit === undefined ? (call.paths ?? []) : [edit.path];
  await update({
    sessionUpdate: 'tool_call',
    toolCallId,
    title: call.title,
    kind: call.kind ?? 'other',
    status: 'pending',
    locations: paths.slice(0, 100).map((relative) => ({ path: absolute(relative) })),
    ...(call.input === undefined ? {} : { rawInput: call.input }),
    ...(edit === undefined
      ? {}
      : { content: [{ type: 'diff', path: absolute(edit.path), oldText: edit.before, newText: edit.after }] }),
  });
  const change = (fields: Omit<acp.ToolCallUpdate, 'toolCallId'>) =>
    update({ sessionUpdate: 'tool_call_update', toolCallId, ...fields });
  return {
    start: (content) => change({ status: 'in_progress', ...(content === undefined ? {} : { content }) }),
    end: (status, output) => change({ status, ...(output === undefined ? {} : { rawOutput: output }) }),
  };
}

/** Writes computed edits through the host. A file that has changed since it was read is left as it is. */
export async function writeEdits(
  turn: Turn,
  edits: readonly FileEdit[],
): Promise<{ changed: FileEdit[]; failed: Skip[] }> {
  const changed: FileEdit[] = [];
  const failed: Skip[] = [];
  for (const edit of edits) {
    turn.signal.throwIfAborted();
    const call = await turn.tool({ title: `Edit ${edit.path}`, kind: 'edit', edit });
    await call.start();
    const problem = await writeEdit(turn, edit);
    if (problem === undefined) {
      changed.push(edit);
      await call.end('completed');
    } else {
      failed.push({ path: edit.path, reason: problem });
      await call.end('failed', problem);
    }
  }
  return { changed, failed };
}

async function writeEdit(turn: Turn, edit: FileEdit): Promise<string | undefined> {
  try {
    const now = await turn.readFile(edit.path);
    // The host may or may not give the byte order mark as part of the text.
    if (now.replace(/^\uFEFF/, '') !== edit.before.replace(/^\uFEFF/, '')) return 'it changed while I was working';
    await turn.writeFile(edit.path, edit.after);
    return undefined;
  } catch (error) {
    turn.signal.throwIfAborted();
    return error instanceof Error ? error.message : String(error);
  }
}
