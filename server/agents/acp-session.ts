import * as acp from '@agentclientprotocol/sdk';
import { agentWorkRoot } from '../core/agent-work-root.ts';
import type { McpRelay } from './mcp/mcp-doors.ts';

/** What an agent remembers in a session: nothing yet, or what was said in it before (`kept`). */
export type SessionMemory = 'new' | 'kept';

export type OpenedSession = { id: string; memory: SessionMemory; currentModeId: string | undefined };

type OpeningMethod = 'session/new' | 'session/load' | 'session/resume';

/** Sends a request of the opening. Rejects with acp.RequestError when the agent answers with an error. */
export type RequestOpening = <Method extends OpeningMethod>(
  method: Method,
  params: acp.AgentRequestParamsByMethod[Method],
) => Promise<acp.AgentRequestResponsesByMethod[Method]>;

export type SessionOpening = {
  capabilities: acp.AgentCapabilities | undefined;
  meta: Readonly<Record<string, unknown>>;
  /** Programs in the agent's box that it may call tools of. */
  mcpServers: readonly McpRelay[];
  /** The agent's own name of the session to go on with. */
  resume: string | undefined;
  request: RequestOpening;
};

/**
 * Opens the one session of an agent: the one to go on with, when the agent can and knows it, else a new one. What an agent
 * repeats while it loads a session is not for the log; the caller leaves out what comes before this resolves.
 */
export async function openAgentSession(opening: SessionOpening): Promise<OpenedSession> {
  const { resume, request, meta } = opening;
  const method = resume === undefined ? undefined : resumeMethod(opening.capabilities);
  const mcpServers = opening.mcpServers.map(({ name, command }) => ({ name, command, args: [], env: [] }));
  const given = { cwd: agentWorkRoot, mcpServers, ...(Object.keys(meta).length > 0 && { _meta: meta }) };
  if (resume !== undefined && method !== undefined) {
    const found = await request(method, { ...given, sessionId: resume }).catch(undefinedWhenRefused);
    if (found) return { id: resume, memory: 'kept', currentModeId: found.modes?.currentModeId };
  }
  const { sessionId, modes } = await request('session/new', given);
  return { id: typeof sessionId === 'string' ? sessionId : '', memory: 'new', currentModeId: modes?.currentModeId };
}

/** Resuming goes on silently; loading says everything again before it does. */
function resumeMethod(capabilities: acp.AgentCapabilities | undefined): 'session/resume' | 'session/load' | undefined {
  if (capabilities?.sessionCapabilities?.resume) return 'session/resume';
  return capabilities?.loadSession === true ? 'session/load' : undefined;
}

/** The agent lives and says that it cannot: a session it does not know any more, say. */
function undefinedWhenRefused(error: unknown): undefined {
  if (error instanceof acp.RequestError) return undefined;
  throw error;
}
