import type { SessionEventBody } from '../core/session-event.ts';
import type { AgentToolCall } from './acp-update.ts';
import { clean, cut, textOf } from './agent-text.ts';
import { repositoryPath } from './agent-path.ts';
import { createCommandOutput, type CommandOutput } from './command-output.ts';
import { trimDiff } from './diff-window.ts';

type Body<Type extends SessionEventBody['type']> = Extract<SessionEventBody, { type: Type }>;
type ToolStatus = NonNullable<Body<'tool_call_update'>['status']>;
type ToolKind = Body<'tool_call'>['kind'];
type ToolDiff = NonNullable<Body<'tool_call'>['diffs']>[number];

/** What a terminal has printed so far, and how it ended when it has. */
export type TerminalSnapshot = { text: string; truncated: boolean; exitCode?: number | null };

type Options = { runId: string; now(): number; terminal(id: string): TerminalSnapshot | undefined };

const maxOutputChars = 8 * 1024 * 1024;
const partialOutputMs = 500;
const maxPaths = 200;

type ToolCallState = {
  id: string;
  startedAt: number;
  status: ToolStatus;
  outputAt: number;
  terminalIds: Set<string>;
  /** Of a command that the agent itself runs. */
  command: CommandOutput | undefined;
};

/** Joins what an agent says about a tool call by the call's id: first a `tool_call`, then what changed. */
export function createToolCalls(options: Options) {
  const calls = new Map<string, ToolCallState>();

  const update = (given: AgentToolCall): SessionEventBody[] => {
    const id = cut(clean(given.toolCallId), 200);
    const known = calls.get(id);
    if (known !== undefined) return changeCall(options, known, given);
    const status = statusOf(given.status) ?? 'pending';
    const state: ToolCallState = {
      id,
      startedAt: options.now(),
      status,
      outputAt: -Infinity,
      terminalIds: new Set(),
      command: undefined,
    };
    calls.set(id, state);
    const opened = openCall(options.runId, { ...given, toolCallId: id });
    return [opened, ...outputBody(options, state, given)];
  };

  const finish = (): SessionEventBody[] =>
    [...calls.values()].filter(isOpen).map((state) => {
      state.status = 'failed';
      const printed = outputParts(options, state, { toolCallId: state.id });
      const durationMs = Math.round(options.now() - state.startedAt);
      const { runId } = options;
      return { type: 'tool_call_update', runId, toolCallId: state.id, status: 'failed', ...printed, durationMs };
    });

  return { update, finish };
}

function isOpen(state: ToolCallState): boolean {
  return state.status === 'pending' || state.status === 'in_progress';
}

function changeCall(options: Options, state: ToolCallState, update: AgentToolCall): SessionEventBody[] {
  const wasOpen = isOpen(state);
  const status = statusOf(update.status);
  if (status !== undefined) state.status = status;
  const diffs = diffsOf(update.content);
  const shown = {
    ...(update.title ? { title: cut(clean(update.title), 500) } : {}),
    ...(status === undefined ? {} : { status }),
    ...(diffs.length === 0 ? {} : { diffs }),
    ...outputParts(options, state, update),
    ...(wasOpen && !isOpen(state) ? { durationMs: Math.round(options.now() - state.startedAt) } : {}),
  };
  if (Object.keys(shown).length === 0) return [];
  return [{ type: 'tool_call_update', runId: options.runId, toolCallId: state.id, ...shown }];
}

/** What a call brought along at its first sight, when an agent reports it only once it is done. */
function outputBody(options: Options, state: ToolCallState, update: AgentToolCall): SessionEventBody[] {
  const shown = outputParts(options, state, update);
  if (Object.keys(shown).length === 0) return [];
  return [{ type: 'tool_call_update', runId: options.runId, toolCallId: state.id, ...shown }];
}

function outputParts(
  options: Options,
  state: ToolCallState,
  update: AgentToolCall,
): Pick<Body<'tool_call_update'>, 'output' | 'exitCode'> {
  for (const item of update.content ?? []) if (item.type === 'terminal') state.terminalIds.add(item.terminalId);
  takeCommandOutput(state, update);
  const ended = !isOpen(state);
  const terminals = printedBy(options, state, ended);
  const text = outputOf(update, terminals);
  if (ended) state.command = undefined;
  const due = text !== '' && (ended || options.now() - state.outputAt >= partialOutputMs);
  if (due) state.outputAt = options.now();
  const exitCode = terminals.findLast((terminal) => terminal.exitCode !== undefined)?.exitCode;
  return { ...(due ? { output: wholeText(text) } : {}), ...(exitCode === undefined ? {} : { exitCode }) };
}

/** What our terminals printed for a call, once it ended, and what a command of the agent's own has. */
function printedBy(options: Options, state: ToolCallState, ended: boolean): TerminalSnapshot[] {
  const ours = ended ? [...state.terminalIds].flatMap((id) => options.terminal(id) ?? []) : [];
  return state.command ? [...ours, state.command.snapshot(ended)] : ours;
}

function takeCommandOutput(state: ToolCallState, update: AgentToolCall): void {
  const { terminal_output_delta: delta, terminal_output: whole, terminal_exit: exit } = update._meta ?? {};
  const piece = delta ?? whole;
  if (!piece && !exit) return;
  state.command ??= createCommandOutput();
  if (piece) state.command.add(piece.data);
  if (exit) state.command.end(exit.exit_code ?? null);
}

function openCall(runId: string, update: AgentToolCall): Body<'tool_call'> {
  const diffs = diffsOf(update.content);
  return {
    type: 'tool_call',
    runId,
    toolCallId: update.toolCallId,
    title: cut(clean(update.title ?? 'Tool call'), 500),
    kind: kindOf(update.kind),
    status: statusOf(update.status) ?? 'pending',
    paths: pathsOf(update),
    ...(update.rawInput === undefined || update.rawInput === null
      ? {}
      : { input: wholeText(jsonText(update.rawInput)) }),
    ...(diffs.length === 0 ? {} : { diffs }),
  };
}

function outputOf(update: AgentToolCall, terminals: TerminalSnapshot[]): string {
  const texts = (update.content ?? []).flatMap((item) => (item.type === 'content' ? [textOf(item.content)] : []));
  const printed = terminals.map(({ text, truncated }) => (truncated ? `(the beginning was dropped)\n${text}` : text));
  const parts = [...texts, ...printed].filter((text) => text !== '');
  const text =
    parts.length === 0 && update.rawOutput !== undefined && update.rawOutput !== null
      ? jsonText(update.rawOutput)
      : parts.join('\n');
  return clean(cut(text, maxOutputChars));
}

function pathsOf(update: AgentToolCall): string[] {
  const given = (update.locations ?? []).map((location) => location.path);
  const changed = (update.content ?? []).flatMap((item) => (item.type === 'diff' ? [item.path] : []));
  const inside = [...given, ...changed].flatMap((path) => relativePath(path) ?? []);
  return [...new Set(inside)].slice(0, maxPaths);
}

function diffsOf(content: AgentToolCall['content']): ToolDiff[] {
  return (content ?? []).flatMap((item) => {
    if (item.type !== 'diff') return [];
    const path = relativePath(item.path);
    const diff =
      path === undefined ? undefined : trimDiff({ path, oldText: item.oldText ?? null, newText: item.newText });
    return diff === undefined
      ? []
      : [{ ...diff, oldText: diff.oldText === null ? null : clean(diff.oldText), newText: clean(diff.newText) }];
  });
}

function relativePath(given: string): string | undefined {
  const result = repositoryPath(given);
  return result.ok ? clean(result.path) : undefined;
}

function jsonText(value: unknown): string {
  return typeof value === 'string' ? value : (JSON.stringify(value, undefined, 2) ?? '');
}

const kinds: ReadonlySet<string> = new Set<ToolKind>([
  'read',
  'edit',
  'delete',
  'move',
  'search',
  'execute',
  'think',
  'fetch',
]);

function kindOf(kind: string | null | undefined): ToolKind {
  return isKind(kind) ? kind : 'other';
}

function isKind(kind: string | null | undefined): kind is ToolKind {
  return kind != null && kinds.has(kind);
}

function statusOf(status: string | null | undefined): ToolStatus | undefined {
  if (status === 'pending' || status === 'in_progress' || status === 'completed' || status === 'failed') return status;
  return undefined;
}

function wholeText(given: string): { text: string; sizeBytes: number } {
  const text = clean(given);
  return { text, sizeBytes: Buffer.byteLength(text) };
}
