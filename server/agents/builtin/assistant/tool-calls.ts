import { randomUUID } from 'node:crypto';
import type * as acp from '@agentclientprotocol/sdk';
import { aboutCall, type AskedCall } from './history.ts';
import { readArguments } from './read-arguments.ts';
import { ToolError, type CallOutcome, type PreparedCall, type Tool, type ToolContext } from './tool.ts';

/** What a call came to. */
export type DoneCall = {
  call: AskedCall;
  text: string;
  isFailed: boolean;
  endsTurn: boolean;
  paths: readonly string[];
};

export type CallMeans = { tools: readonly Tool[]; context: ToolContext };

/** How many calls that only look run at once. */
const mostAtOnce = 8;

/**
 * Does the calls of one answer, in their order; calls that stand beside each other and change nothing are done at the same time.
 * Whatever goes wrong with a call becomes its result. @throws the signal's reason when the turn is stopped
 */
export async function doCalls(calls: readonly AskedCall[], means: CallMeans): Promise<DoneCall[]> {
  const done: DoneCall[] = [];
  for (const batch of batches(calls, means.tools)) {
    done.push(...(await Promise.all(batch.map((call) => doCall(call, means)))));
    if (done.some(({ endsTurn }) => endsTurn)) break;
  }
  return done;
}

export function batches(calls: readonly AskedCall[], tools: readonly Tool[]): AskedCall[][] {
  const isHarmless = ({ name }: AskedCall) =>
    tools.some((tool) => tool.name === name && tool.effect === 'none' && !tool.isQuiet);
  const made: AskedCall[][] = [];
  for (const [at, call] of calls.entries()) {
    const last = made.at(-1);
    const before = calls[at - 1];
    const joins = before !== undefined && isHarmless(before) && isHarmless(call) && (last?.length ?? 0) < mostAtOnce;
    if (joins && last) last.push(call);
    else made.push([call]);
  }
  return made;
}

async function doCall(call: AskedCall, means: CallMeans): Promise<DoneCall> {
  const { host } = means.context;
  const tool = means.tools.find(({ name }) => name === call.name);
  const card: Card = { id: randomUUID(), isShown: false };
  let paths: readonly string[] = [];
  try {
    host.signal.throwIfAborted();
    if (tool === undefined) throw new ToolError(noTool(call.name, means.tools));
    const prepared = await tool.prepare(argumentsFor(tool, call), means.context);
    paths = prepared.paths ?? [];
    const done = await perform(prepared, { ...means, tool, call, card });
    return { call, paths, text: done.text, isFailed: done.isFailed ?? false, endsTurn: done.endsTurn ?? false };
  } catch (error) {
    host.signal.throwIfAborted();
    const text = error instanceof Error ? error.message : String(error);
    if (tool?.isQuiet !== true) await showFailure({ host, card, tool, call, text });
    return { call, paths, text, isFailed: true, endsTurn: false };
  }
}

/** What people see of a call. */
type Card = { id: string; isShown: boolean };

const argumentsFor = ({ foreignName }: Tool, { name, arguments: text }: AskedCall) =>
  readArguments(name, text, { isForeign: foreignName !== undefined });

function noTool(name: string, tools: readonly Tool[]): string {
  return `There is no tool ${name} here. There are: ${tools.map((tool) => tool.name).join(', ')}.`;
}

type Doing = CallMeans & { tool: Tool; call: AskedCall; card: Card };

async function perform(prepared: PreparedCall, { tool, call, card, context }: Doing): Promise<CallOutcome> {
  const { host } = context;
  if (tool.isQuiet) return prepared.perform(() => Promise.resolve());
  const toolCallId = card.id;
  const change = (fields: Omit<acp.ToolCallUpdate, 'toolCallId'>) =>
    host.update({ sessionUpdate: 'tool_call_update', toolCallId, ...fields });
  const toolCall = announced(prepared, { tool, call, toolCallId, absolute: (path) => host.absolute(path) });
  await host.update({ sessionUpdate: 'tool_call', ...toolCall });
  card.isShown = true;
  if (tool.effect !== 'none') {
    const { isAllowed, reason } = await host.askPermission(toolCall);
    if (!isAllowed) throw new ToolError(deniedText(reason));
  }
  await change({ status: 'in_progress' });
  const outcome = await prepared.perform((content) => change({ status: 'in_progress', content }));
  const shown = outcome.shown === undefined ? outcome.text : outcome.shown;
  const output = shown === null ? {} : { rawOutput: shown };
  await change({ status: outcome.isFailed ? 'failed' : 'completed', ...output });
  return outcome;
}

function deniedText(reason: string | undefined): string {
  const why = reason === undefined || reason === '' ? '' : ` ${reason}`;
  return `This was not allowed.${why} Go on without it, or say what is missing.`;
}

type Announced = { tool: Tool; call: AskedCall; toolCallId: string; absolute: (path: string) => string };

function announced(prepared: PreparedCall, { tool, call, toolCallId, absolute }: Announced): acp.ToolCall {
  const { title, diff, input, paths = [] } = prepared;
  return {
    toolCallId,
    title: title.slice(0, 500).toWellFormed(),
    kind: tool.kind,
    status: 'pending',
    locations: paths.map((path) => ({ path: absolute(path) })),
    ...(tool.foreignName !== undefined && { _meta: { toolName: tool.foreignName } }),
    // A diff says what an edit does; what it was made of would only say it again.
    ...(diff === undefined
      ? { rawInput: input ?? shownInput(call) }
      : { content: [{ type: 'diff', path: absolute(diff.path), oldText: diff.before, newText: diff.after }] }),
  };
}

function shownInput(call: AskedCall): unknown {
  try {
    return readArguments(call.name, call.arguments);
  } catch {
    return call.arguments;
  }
}

type Failure = { host: ToolContext['host']; card: Card; tool: Tool | undefined; call: AskedCall; text: string };

/** The end of a card; a call that failed before it was shown is shown with what went wrong. */
async function showFailure({ host, card, tool, call, text }: Failure): Promise<void> {
  const end = { toolCallId: card.id, status: 'failed' as const, rawOutput: text };
  if (card.isShown) return host.update({ sessionUpdate: 'tool_call_update', ...end });
  const title = aboutCall(call);
  const kind = tool?.kind ?? 'other';
  return host.update({ sessionUpdate: 'tool_call', ...end, title, kind, rawInput: shownInput(call) });
}
