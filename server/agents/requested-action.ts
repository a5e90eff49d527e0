import { z } from 'zod';
import type { AgentAction, FileChange } from '../core/agent-action.ts';
import type { AgentToolCall } from './acp-update.ts';
import { agentWorkRoot } from '../core/agent-work-root.ts';
import { clean, cut } from './agent-text.ts';
import { placeOf, shellLine } from './read-hook-call.ts';

const maxShownInput = 16_000;
const rawCommand = z.object({
  command: z.union([z.string(), z.array(z.string())]),
  args: z.array(z.string()).optional().catch(undefined),
  cwd: z.string().nullish().catch(undefined),
});
const rawAddress = z.object({ url: z.string() });

/**
 * What an agent asks leave for by `session/request_permission`, from what it said of the tool call until then.
 * @param mcpServers names of those that the run was given
 */
export function requestedAction(call: AgentToolCall, mcpServers: readonly string[] = []): AgentAction {
  return mcpCallOf(call, mcpServers) ?? ofKind(call);
}

function ofKind(call: AgentToolCall): AgentAction {
  switch (call.kind) {
    case 'execute':
      return commandOf(call);
    case 'edit':
    case 'delete':
    case 'move':
      return editOf(call) ?? otherOf(call);
    case 'read':
    case 'search':
      return { kind: 'read', paths: pathsOf(call) };
    case 'think':
      return { kind: 'quiet' };
    case 'fetch': {
      const parsed = rawAddress.safeParse(call.rawInput);
      return { kind: 'fetch', address: cut(clean(parsed.success ? parsed.data.url : titleOf(call)), 4096) };
    }
    default:
      return otherOf(call);
  }
}

/**
 * Some say the name of a tool of a server beside the call, others in its title alone. Models write the titles of commands, so what is
 * known to be something else is never taken for one by its title.
 */
function mcpCallOf(call: AgentToolCall, servers: readonly string[]): AgentAction | undefined {
  const named = call._meta?.toolName;
  const mayBeTitled = named === undefined && (call.kind == null || call.kind === 'other');
  for (const server of servers) {
    const name = after(named, `mcp__${server}__`) ?? (mayBeTitled ? after(titleOf(call), `${server}_`) : undefined);
    if (name !== undefined) return { kind: 'mcp', server, name: cut(clean(name), 200), input: inputOf(call) };
  }
  return undefined;
}

const after = (text: string | undefined, start: string) =>
  text?.startsWith(start) === true ? text.slice(start.length) : undefined;

/** Agents that give no command in a form we know show it as the title, which is judged whole. */
function commandOf(call: AgentToolCall): AgentAction {
  const parsed = rawCommand.safeParse(call.rawInput);
  if (!parsed.success) return { kind: 'command', command: clean(call.title ?? 'Tool call'), cwd: shownFolder(call) };
  const { command, args = [], cwd } = parsed.data;
  const words =
    typeof command === 'string' ? (args.length > 0 ? [command, ...args] : undefined) : [...command, ...args];
  const line = words === undefined ? command : shellLine(words);
  return { kind: 'command', command: clean(String(line)), cwd: cwd ? placeOf(cwd, '') : '' };
}

/** Gemini CLI says the folder before its model's words about the command. */
function shownFolder({ content }: AgentToolCall): string {
  const [said] = content ?? [];
  const text = said?.type === 'content' ? (said.content.text ?? '') : '';
  const folder = /^\[in ([^\]\n]+)\]/.exec(text)?.[1];
  return folder === undefined ? '' : placeOf(folder, '');
}

function editOf(call: AgentToolCall): AgentAction | undefined {
  const diffs = (call.content ?? []).flatMap((item): FileChange[] =>
    item.type === 'diff'
      ? [{ path: placeOf(item.path, ''), oldText: item.oldText ?? null, newText: item.newText }]
      : [],
  );
  if (diffs.length > 0) return { kind: 'edit', changes: diffs };
  const gone = call.kind === 'delete' ? pathsOf(call) : [];
  return gone.length === 0
    ? undefined
    : { kind: 'edit', changes: gone.map((path) => ({ path, oldText: '', newText: null, isPart: true })) };
}

function otherOf(call: AgentToolCall): AgentAction {
  return { kind: 'other', tool: titleOf(call), input: inputOf(call) };
}

function inputOf({ rawInput }: AgentToolCall): string {
  const input = rawInput === undefined ? '' : (JSON.stringify(rawInput, undefined, 2) ?? '');
  return cut(clean(input), maxShownInput);
}

const titleOf = ({ title, kind }: AgentToolCall) => cut(clean(title ?? kind ?? 'Tool call'), 4096);
const pathsOf = ({ locations }: AgentToolCall) => (locations ?? []).map(({ path }) => placeOf(path, agentWorkRoot));
