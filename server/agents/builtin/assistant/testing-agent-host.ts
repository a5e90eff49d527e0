import { mkdtemp, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import * as acp from '@agentclientprotocol/sdk';
import { createAssistant } from './agent.ts';
import type { ChatRequest, ModelClient, OfferedModel } from './model-client.ts';
import type { Answer } from './read-answer.ts';
import { createSessionStore } from './session-store.ts';

/** The assistant in this process, before a host and a model that do as they are told. */
export type ScriptedAnswer = Partial<Answer> | Error | ((signal: AbortSignal) => Promise<Partial<Answer>>);

export type TestHost = {
  root: string;
  /** What the model was asked, oldest first. */
  asked: ChatRequest[];
  updates: acp.SessionUpdate[];
  permissions: acp.RequestPermissionRequest[];
  commands: string[];
  /** What a command prints and how it ends; left out: nothing and 0. Never ends while it gives undefined. */
  onCommand: (command: string) => { output: string; exitCode: number } | undefined;
  killed: string[];
  onPermission: () => acp.RequestPermissionResponse;
  /** Files that the host keeps closed. */
  closed: Set<string>;
  answers: ScriptedAnswer[];
  connection: acp.ClientConnection;
  open(mode?: string, mcpServers?: acp.McpServer[]): Promise<string>;
  prompt(sessionId: string, text: string): Promise<acp.PromptResponse>;
  read(file: string): Promise<string>;
  texts(): string;
  /** The texts of results that the model was told last. */
  results(): string[];
  /** The same home and project, in another process as it were. */
  restart(): Promise<void>;
  close(): Promise<void>;
};

export const usualModels: OfferedModel[] = [
  { id: 'small', name: 'Small', takes: { tools: false, effort: false, images: false } },
  { id: 'large', name: 'Large', contextTokens: 40_000, takes: { tools: true, effort: true, images: true } },
];

export async function startTestHost(
  files: Record<string, string> = {},
  given: { models?: OfferedModel[]; asked?: { model?: string; effort?: string } } = {},
): Promise<TestHost> {
  const { folder, root } = await makeProject(files);
  const connect = async () => {
    const made = clientApp(host).connect(
      createAssistant({
        client: modelClient(host, given.models ?? usualModels),
        store: createSessionStore(path.join(folder, 'home')),
        asked: given.asked ?? {},
      }),
    );
    await made.agent.request('initialize', { protocolVersion: acp.PROTOCOL_VERSION, clientCapabilities: {} });
    return made;
  };
  const host: TestHost = {
    root,
    ...freshRecord(),
    get connection() {
      return connection;
    },
    async open(mode, mcpServers = []) {
      const { sessionId } = await connection.agent.request('session/new', { cwd: root, mcpServers });
      if (mode !== undefined) await connection.agent.request('session/set_mode', { sessionId, modeId: mode });
      return sessionId;
    },
    prompt: (sessionId, text) =>
      connection.agent.request('session/prompt', { sessionId, prompt: [{ type: 'text', text }] }),
    read: (file) => readFile(path.join(root, file), 'utf8'),
    texts: () =>
      host.updates
        .flatMap((update) =>
          update.sessionUpdate === 'agent_message_chunk' && update.content.type === 'text' ? [update.content.text] : [],
        )
        .join(''),
    results: () =>
      (host.asked.at(-1)?.messages ?? []).flatMap((message) => (message.role === 'tool' ? [message.content] : [])),
    async restart() {
      connection.close();
      connection = await connect();
    },
    async close() {
      connection.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
  let connection = await connect();
  return host;
}

const freshRecord = (): Pick<
  TestHost,
  'asked' | 'updates' | 'permissions' | 'commands' | 'killed' | 'closed' | 'answers' | 'onCommand' | 'onPermission'
> => ({
  asked: [],
  updates: [],
  permissions: [],
  commands: [],
  killed: [],
  closed: new Set(),
  answers: [],
  onCommand: () => ({ output: '', exitCode: 0 }),
  onPermission: () => ({ outcome: { outcome: 'selected', optionId: 'allow' } }),
});

async function makeProject(files: Record<string, string>): Promise<{ folder: string; root: string }> {
  const folder = await mkdtemp(path.join(tmpdir(), 'ensemble-assistant-'));
  const root = path.join(folder, 'work');
  await mkdir(root);
  for (const [file, text] of Object.entries(files)) {
    await mkdir(path.dirname(path.join(root, file)), { recursive: true });
    await writeFile(path.join(root, file), text);
  }
  return { folder, root };
}

/** Answers one after the other as scripted; when none is left, with the word Done. */
function modelClient(host: TestHost, models: OfferedModel[]): ModelClient {
  return {
    models: () => Promise.resolve(models),
    async ask(request, listener, signal) {
      host.asked.push(structuredClone(request));
      const next = host.answers.shift() ?? { text: 'Done' };
      const answer = typeof next === 'function' ? await next(signal) : next;
      const text = answer instanceof Error ? '' : (answer.text ?? '');
      if (!(answer instanceof Error) && answer.thought) await listener.onThought(answer.thought);
      if (text !== '') await listener.onText(text);
      if (answer instanceof Error) throw answer;
      const calls = answer.calls ?? [];
      return { text, thought: answer.thought ?? '', calls, stop: calls.length > 0 ? 'calls' : 'end', ...answer };
    },
  };
}

function clientApp(host: TestHost): acp.ClientApp {
  const relative = (given: string) => path.relative(host.root, given);
  const app = acp.client({ name: 'test' });
  app.onNotification('session/update', ({ params }) => void host.updates.push(params.update));
  app.onRequest('fs/read_text_file', async ({ params }) => {
    if (host.closed.has(relative(params.path))) throw acp.RequestError.invalidParams(undefined, 'closed to agents');
    const content = await readFile(params.path, 'utf8').catch(() => undefined);
    if (content === undefined) throw acp.RequestError.resourceNotFound(params.path);
    return { content };
  });
  app.onRequest('fs/write_text_file', async ({ params }) => {
    await mkdir(path.dirname(params.path), { recursive: true });
    await writeFile(params.path, params.content);
    return {};
  });
  app.onRequest('session/request_permission', ({ params }) => {
    host.permissions.push(params);
    return host.onPermission();
  });
  serveCommands(app, host);
  return app;
}

/** A terminal is called after its command. */
function serveCommands(app: acp.ClientApp, host: TestHost): void {
  const killed = new Map<string, () => void>();
  app.onRequest('terminal/create', ({ params }) => {
    host.commands.push(params.command);
    return { terminalId: params.command };
  });
  app.onRequest('terminal/wait_for_exit', ({ params }) => {
    const end = host.onCommand(params.terminalId);
    if (end !== undefined) return { exitCode: end.exitCode };
    return new Promise((resolve) => killed.set(params.terminalId, () => resolve({ signal: 'SIGKILL' })));
  });
  app.onRequest('terminal/output', ({ params }) => ({
    output: host.onCommand(params.terminalId)?.output ?? 'so far',
    truncated: false,
  }));
  app.onRequest('terminal/kill', ({ params }) => {
    host.killed.push(params.terminalId);
    killed.get(params.terminalId)?.();
    return {};
  });
  app.onRequest('terminal/release', () => ({}));
}

let serial = 0;

/** A call as a model asks for it. */
export const call = (name: string, args: unknown) => ({
  id: `c${(serial += 1)}`,
  name,
  arguments: typeof args === 'string' ? args : JSON.stringify(args),
});
