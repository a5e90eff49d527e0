import { randomBytes } from 'node:crypto';
import path from 'node:path';
import type { Context } from '../context.ts';
import { AppError, isAppError } from '../core/errors.ts';
import { isSameProgram, readMcpFile, type AskedServer } from '../core/mcp-server.ts';
import { runFilePolicy } from '../governance/run-files.ts';
import { appendRunEvent } from '../runs/append-run-event.ts';
import type { McpServerRow } from '../runs/mcp/mcp-server-input.ts';
import { mcpServersFor } from '../runs/mcp/queries.ts';
import type { RunClaim, RunRow } from '../runs/run-claim.ts';
import type { Worktree } from '../workspace/worktree.ts';
import { clean } from './agent-text.ts';
import { presentText } from './file-changes.ts';
import type { McpRules } from './judge-action.ts';
import { mcpStart, type McpStart } from './mcp/mcp-start.ts';
import type { AgentProfile } from './registry.ts';
import { isOpen } from './run-instructions.ts';

/** The MCP servers of a run. */
export type RunMcp = {
  starts: readonly McpStart[];
  /** What an admin said of the tools of each, by its name. */
  rules: ReadonlyMap<string, McpRules>;
  /** The names of servers by what the agent calls them, where that is something else. */
  calledOtherwise: ReadonlyMap<string, string>;
};

const mcpFile = '.mcp.json';

type Given = { run: RunRow; claim: RunClaim; worktree: Worktree; profile: AgentProfile };
type Offered = { server: McpServerRow; isOffered: boolean };

/**
 * The servers of the admins' list that a run gets: those that every run gets, and those that the repository asks for by their name
 * and program. What else the repository asks for it does not get; the session's log says so.
 * @throws RunLostError
 */
export async function giveMcpServers(ctx: Context, given: Given): Promise<RunMcp> {
  const { run, claim, worktree, profile } = given;
  if (profile.isProgram) return { starts: [], rules: new Map(), calledOtherwise: new Map() };
  const listed = await mcpServersFor(ctx, run);
  const asked = await askedServers(given);
  const refused = asked.flatMap((one) => {
    const reason = refusalOf(one, listed, profile);
    return reason === undefined ? [] : [{ name: clean(one.name), reason }];
  });
  const wanted = listed.filter(({ server, isOffered }) => isOffered && isWanted(server, asked));
  const starts: McpStart[] = [];
  const rules = new Map<string, McpRules>();
  const calledOtherwise = new Map<string, string>();
  for (const { server } of profile.capabilities.asksForMcpTools ? wanted : []) {
    const start = await startOf(server, path.join(worktree.root, 'files'));
    if (start instanceof AppError) refused.push({ name: server.name, reason: start.message });
    else {
      const called = profile.capabilities.mergesMcpServers ? unknownName(server.name) : server.name;
      starts.push({ ...start, name: called });
      if (called !== server.name) calledOtherwise.set(called, server.name);
      rules.set(server.name, { readTools: new Set(server.readTools), otherTools: server.otherTools });
    }
  }
  const names = [...rules.keys()];
  if (names.length > 0 || refused.length > 0)
    await appendRunEvent(ctx, claim, { type: 'mcp_servers_given', runId: run.id, names, refused });
  return { starts, rules, calledOtherwise };
}

/** Letters and digits alone: such an agent writes others in another way in the names of tools. */
const unknownName = (name: string) => `${name.replaceAll('-', '')}x${randomBytes(6).toString('hex')}`;

async function askedServers({ run, worktree }: Given): Promise<AskedServer[]> {
  const text = await presentText(worktree.workDir, mcpFile);
  if (text == null || !(await isOpen(runFilePolicy(run)(mcpFile)))) return [];
  return readMcpFile(text);
}

const isWanted = (server: McpServerRow, asked: readonly AskedServer[]) =>
  server.isAlwaysGiven || asked.some((one) => one.name === server.name && isSameProgram(one, server));

/** Why a server that the repository asks for is not given to the run. */
function refusalOf(asked: AskedServer, listed: readonly Offered[], profile: AgentProfile): string | undefined {
  const known = listed.find(({ server }) => server.name === asked.name);
  if (!known) return 'no admin has allowed it';
  if (!known.isOffered) return 'it is not for this project';
  if (!profile.capabilities.asksForMcpTools) return `${profile.title} is not given MCP servers`;
  if (isSameProgram(asked, known.server) || known.server.isAlwaysGiven) return undefined;
  return 'it names another program than the one that an admin allowed';
}

async function startOf(server: McpServerRow, folder: string): Promise<McpStart | AppError> {
  try {
    return await mcpStart(server, folder);
  } catch (error) {
    if (isAppError(error)) return error;
    throw error;
  }
}
