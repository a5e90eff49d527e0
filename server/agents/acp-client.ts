import * as acp from '@agentclientprotocol/sdk';
import { isAppError } from '../core/errors.ts';
import type { AgentToolCall } from './acp-update.ts';
import { parseAgentToolCall } from './acp-update.ts';
import type { TerminalTable } from './acp-terminals.ts';
import type { AgentHandlers, HostLimits, PermissionAnswer } from './acp-types.ts';
import { repositoryPath } from './agent-path.ts';
import { clean, cut } from './agent-text.ts';
import { requestedAction } from './requested-action.ts';

/** What the requests of an agent need of the host. */
export type ClientContext = {
  handlers: AgentHandlers;
  limits: HostLimits;
  terminals: TerminalTable;
  /** Names of the MCP servers that the agent was given. */
  mcpServers: readonly string[];
  /** Aborts when the turn is cancelled or the agent has ended. */
  turn(): AbortSignal;
  /** Writes a tool call to the log before anybody is asked about it. @returns it with what was said of it before */
  announce(toolCall: AgentToolCall): Promise<AgentToolCall>;
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
  const known = await context.announce(toolCall);
  const signal = AbortSignal.any([context.turn(), withdrawn]);
  if (signal.aborted) return { outcome: { outcome: 'cancelled' } };
  const action = requestedAction(known, context.mcpServers);
  const question = { toolCallId: cut(clean(toolCall.toolCallId), 200), action };
  const answer = await untilAborted(context.handlers.requestPermission(question, signal), signal);
  if (answer === 'aborted') return { outcome: { outcome: 'cancelled' } };
  const optionId = optionFor(answer, params.options);
  // Agents of ours read the reason; the protocol has no place for it.
  const meta = answer.decision === 'deny' ? { _meta: { ensemble: { reason: answer.reason } } } : {};
  return { outcome: optionId === undefined ? { outcome: 'cancelled' } : { outcome: 'selected', optionId }, ...meta };
}

/**
 * The agent's own option for this once. Its options for longer are never taken: what holds for the run is kept by the host,
 * so that it ends with the run and each action is judged all the same.
 */
function optionFor({ decision }: PermissionAnswer, options: readonly acp.PermissionOption[]): string | undefined {
  const wanted = decision === 'allow' ? 'allow_once' : 'reject_once';
  return options.find(({ kind }) => kind === wanted)?.optionId;
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
