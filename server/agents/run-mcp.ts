import { randomBytes } from 'node:crypto';
import path from 'node:path';
import type { Context } from '../context.ts';
import { AppError, isAppError } from '../core/errors.ts';
import { isSameProgram, readMcpFile, type AskedServer } from '../core/mcp-server.ts';
import { runFilePolicy } from '../governance/run-files.ts';
import { requireService, type CalledService } from '../governance/service-call.ts';
import { appendRunEvent } from '../runs/append-run-event.ts';
import { mcpVariablesOf, type McpServerRow } from '../runs/mcp/mcp-server-input.ts';
import { mcpServersFor } from '../runs/mcp/queries.ts';
import type { RunClaim, RunRow } from '../runs/run-claim.ts';
import type { SandboxLimits } from '../workspace/sandbox-arguments.ts';
import type { Worktree } from '../workspace/worktree.ts';
import { clean } from './agent-text.ts';
import { presentText } from './file-changes.ts';
import type { McpRules } from './judge-action.ts';
import { boxBackend } from './mcp/mcp-box.ts';
import type { GivenServer } from './mcp/mcp-doors.ts';
import { serviceBackend } from './mcp/mcp-service.ts';
import { installForRun } from './mcp/mcp-files.ts';
import { mcpStart } from './mcp/mcp-start.ts';
import type { AgentProfile } from './registry.ts';
import { isOpen } from './run-instructions.ts';

/** The MCP servers of a run. */
export type RunMcp = {
  servers: readonly GivenServer[];
  /** What an admin said of the tools of each, by its name. */
  rules: ReadonlyMap<string, McpRules>;
  /** Those that are elsewhere, by their names: what a call of their tools says leaves this machine. */
  services: ReadonlyMap<string, CalledService>;
  /** The names of servers by what the agent calls them, where that is something else. */
  calledOtherwise: ReadonlyMap<string, string>;
};

const mcpFile = '.mcp.json';

type Given = {
  run: RunRow;
  claim: RunClaim;
  worktree: Worktree;
  profile: AgentProfile;
  limits: { box?: Partial<SandboxLimits> };
};
type Offered = { server: McpServerRow; isOffered: boolean };

/**
 * The servers of the admins' list that a run gets: those that every run gets, and those that the repository asks for by their name
 * and program. What else the repository asks for it does not get; the session's log says so.
 * @throws RunLostError
 */
export async function giveMcpServers(ctx: Context, given: Given): Promise<RunMcp> {
  const { run, claim, profile } = given;
  if (profile.isProgram) return { servers: [], rules: new Map(), services: new Map(), calledOtherwise: new Map() };
  const listed = await mcpServersFor(ctx, run);
  const asked = await askedServers(given);
  const refused = asked.flatMap((one) => {
    const reason = refusalOf(one, listed);
    return reason === undefined ? [] : [{ name: clean(one.name), reason }];
  });
  const wanted = listed.filter(({ server, isOffered }) => isOffered && isWanted(server, asked));
  const servers: GivenServer[] = [];
  const rules = new Map<string, McpRules>();
  const services = new Map<string, CalledService>();
  const calledOtherwise = new Map<string, string>();
  for (const { server } of wanted) {
    const open = await offerTo(profile, server, { ...given, listed });
    if (open instanceof AppError) refused.push({ name: server.name, reason: open.message });
    else {
      const calledAs = profile.capabilities.mergesMcpServers ? unknownName(server.name) : server.name;
      servers.push({ name: server.name, calledAs, open });
      if (calledAs !== server.name) calledOtherwise.set(calledAs, server.name);
      const service = serviceOf(server);
      if (service) services.set(server.name, service);
      rules.set(server.name, { readTools: new Set(server.readTools), otherTools: server.otherTools });
    }
  }
  const names = [...rules.keys()];
  if (names.length > 0 || refused.length > 0)
    await appendRunEvent(ctx, claim, { type: 'mcp_servers_given', runId: run.id, names, refused });
  return { servers, rules, services, calledOtherwise };
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
function refusalOf(asked: AskedServer, listed: readonly Offered[]): string | undefined {
  const known = listed.find(({ server }) => server.name === asked.name);
  if (!known) return 'no admin has allowed it';
  if (!known.isOffered) return 'it is not for this project';
  if (isSameProgram(asked, known.server) || known.server.isAlwaysGiven) return undefined;
  return 'it names another program or address than the one that an admin allowed';
}

function serviceOf({ id, name, source }: McpServerRow): CalledService | undefined {
  return source.kind === 'http' ? { id, name, place: source.place } : undefined;
}

/** What the agent cannot take is not opened either: people read why. */
async function offerTo(
  { capabilities }: AgentProfile,
  server: McpServerRow,
  given: Given & { listed: readonly Offered[] },
): Promise<GivenServer['open'] | AppError> {
  const { withoutMcpServers: why } = capabilities;
  return why === undefined ? backendOf(server, given) : new AppError('unsupported', why);
}

async function backendOf(
  server: McpServerRow,
  { run, worktree, limits, listed }: Given & { listed: readonly Offered[] },
): Promise<GivenServer['open'] | AppError> {
  const { source } = server;
  const service = serviceOf(server);
  try {
    if (service) await requireService(run, service);
    if (source.kind === 'http') return serviceBackend({ url: source.url, headers: mcpVariablesOf(server) });
    await installForRun(
      source,
      listed.map((one) => one.server.source),
    );
    const start = await mcpStart(server, source, path.join(worktree.root, 'files'));
    return boxBackend({ ...start, worktree, isReadOnly: run.mode === 'plan', limits: limits.box });
  } catch (error) {
    if (isAppError(error)) return error;
    throw error;
  }
}
