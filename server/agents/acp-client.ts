import * as acp from '@agentclientprotocol/sdk';
import { isAppError } from '../core/errors.ts';
import type { AgentToolCall } from './acp-update.ts';
import { parseAgentToolCall } from './acp-update.ts';
import type { TerminalTable } from './acp-terminals.ts';
import type { AgentHandlers, HostLimits, PermissionAnswer } from './acp-types.ts';
import { repositoryPath } from './agent-path.ts';
import { clean, cut } from './agent-text.ts';

/** What the requests of an agent need of the host. */
export type ClientContext = {
  handlers: AgentHandlers;
  limits: HostLimits;
  terminals: TerminalTable;
  /** Aborts when the turn is cancelled or the agent has ended. */
  turn(): AbortSignal;
  /** Writes a tool call to the log before a person is asked about it. */
  announce(toolCall: AgentToolCall): Promise<void>;
  /** An error of ours while serving the agent: the run ends. */
  onBug(doing: string, cause: unknown): void;
};

/** Our side of the protocol: files, commands and permissions, checked here and done by the handlers. */
export function createClientApp(context: ClientContext): acp.ClientApp {
  const app = acp.client({ name: 'ensemble' });
  serveFiles(app, context);
  serveTerminals(app, context);
  app.onRequest('session/request_permission', ({ params, signal }) =>
    serve(context, 'asking a person', () => askPermission(context, params, signal)),
  );
  return app;
}

function serveFiles(app: acp.ClientApp, context: ClientContext): void {
  app.onRequest('fs/read_text_file', ({ params }) =>
    serve(context, 'reading a file', async () => {
      const text = await context.handlers.readTextFile(contained(params.path));
      return { content: linesOf(text, params.line, params.limit) };
    }),
  );
  app.onRequest('fs/write_text_file', ({ params }) =>
    serve(context, 'writing a file', async () => {
      const path = contained(params.path);
      if (params.content.includes('\0')) throw refused(`${params.path}: a text file cannot hold a zero byte`);
      await context.handlers.writeTextFile(path, params.content);
      return {};
    }),
  );
}

function serveTerminals(app: acp.ClientApp, context: ClientContext): void {
  const { terminals, limits } = context;
  const find = (id: string) => {
    const entry = terminals.find(id);
    if (entry === undefined) throw acp.RequestError.resourceNotFound(id);
    return entry;
  };
  app.onRequest('terminal/create', ({ params }) =>
    serve(context, 'starting a command', async () => {
      if (context.turn().aborted) throw acp.RequestError.requestCancelled();
      if (terminals.running() >= limits.maxTerminals) {
        throw refused(`at most ${limits.maxTerminals} commands run at once`);
      }
      const terminal = await context.handlers.createTerminal(terminalRequest(params, limits));
      if (context.turn().aborted) terminal.kill();
      return { terminalId: terminals.add(terminal) };
    }),
  );
  app.onRequest('terminal/output', ({ params }) => {
    const { terminal, exit } = find(params.terminalId);
    const { text, truncated } = terminal.output();
    return { output: text, truncated, ...(exit === undefined ? {} : { exitStatus: exit }) };
  });
  app.onRequest('terminal/wait_for_exit', ({ params }) =>
    serve(context, 'waiting for a command', () => find(params.terminalId).terminal.exited),
  );
  app.onRequest('terminal/kill', ({ params }) => {
    find(params.terminalId).terminal.kill();
    return {};
  });
  app.onRequest('terminal/release', ({ params }) => {
    terminals.release(params.terminalId);
    return {};
  });
}

function terminalRequest(params: acp.CreateTerminalRequest, limits: HostLimits) {
  const asked = params.outputByteLimit ?? limits.maxTerminalBytes;
  return {
    command: params.command,
    args: params.args ?? [],
    env: Object.fromEntries((params.env ?? []).map(({ name, value }) => [name, value])),
    cwd: params.cwd ? contained(params.cwd, { root: true }) : '',
    outputByteLimit: Math.min(Math.max(0, Math.floor(asked)), limits.maxTerminalBytes),
  };
}

async function askPermission(
  context: ClientContext,
  params: acp.RequestPermissionRequest,
  withdrawn: AbortSignal,
): Promise<acp.RequestPermissionResponse> {
  const toolCall = parseAgentToolCall(params.toolCall);
  if (toolCall === undefined) throw refused('the tool call of the permission request cannot be read');
  await context.announce(toolCall);
  const signal = AbortSignal.any([context.turn(), withdrawn]);
  if (signal.aborted) return { outcome: { outcome: 'cancelled' } };
  const paths = (toolCall.locations ?? []).flatMap(({ path }) => {
    const result = repositoryPath(path);
    return result.ok ? [result.path] : [];
  });
  const question = {
    toolCallId: cut(clean(toolCall.toolCallId), 200),
    title: cut(clean(toolCall.title ?? toolCall.kind ?? 'Tool call'), 500),
    kind: cut(clean(toolCall.kind ?? 'other'), 100),
    paths,
    canAllowForRun: params.options.some((option) => option.kind === 'allow_always'),
  };
  const answer = await untilAborted(context.handlers.requestPermission(question, signal), signal);
  if (answer === 'aborted') return { outcome: { outcome: 'cancelled' } };
  const optionId = optionFor(answer, params.options);
  return { outcome: optionId === undefined ? { outcome: 'cancelled' } : { outcome: 'selected', optionId } };
}

/** The agent's own option that says what the person said; never a wider one than was meant. */
function optionFor(answer: PermissionAnswer, options: readonly acp.PermissionOption[]): string | undefined {
  const wanted: readonly string[] =
    answer.decision === 'deny'
      ? ['reject_once', 'reject_always']
      : answer.scope === 'run'
        ? ['allow_always', 'allow_once']
        : ['allow_once'];
  for (const kind of wanted) {
    const found = options.find((option) => option.kind === kind);
    if (found !== undefined) return found.optionId;
  }
  return undefined;
}

async function untilAborted<Value>(value: Promise<Value>, signal: AbortSignal): Promise<Value | 'aborted'> {
  const stop = new AbortController();
  const aborted = new Promise<'aborted'>((resolve) => {
    signal.addEventListener('abort', () => resolve('aborted'), { signal: stop.signal });
  });
  const quiet = value.catch((error: unknown) => {
    if (signal.aborted) return 'aborted' as const;
    throw error;
  });
  try {
    return await Promise.race([quiet, aborted]);
  } finally {
    stop.abort();
  }
}

/** An agent's request, answered: our refusals in their words, our bugs without theirs. */
async function serve<Value>(context: ClientContext, doing: string, work: () => Promise<Value>): Promise<Value> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof acp.RequestError) throw error;
    if (isAppError(error)) throw new acp.RequestError(error.code === 'not_found' ? -32002 : -32602, error.message);
    context.onBug(doing, error);
    throw acp.RequestError.internalError();
  }
}

function contained(given: string, options: { root?: boolean } = {}): string {
  const result = repositoryPath(given, options);
  if (!result.ok) throw refused(result.reason);
  return result.path;
}

function refused(reason: string): acp.RequestError {
  return acp.RequestError.invalidParams(undefined, reason);
}

/** `line` counts from 1, as the protocol does. */
function linesOf(text: string, line: number | null | undefined, limit: number | null | undefined): string {
  if (line == null && limit == null) return text;
  const from = Math.max(0, (line ?? 1) - 1);
  const lines = text.split(/(?<=\n)/);
  return lines.slice(from, limit == null ? undefined : from + limit).join('');
}
