import { randomUUID } from 'node:crypto';
import * as acp from '@agentclientprotocol/sdk';
import type { HistoryItem } from './history.ts';
import { createModelChoice, type ModelChoice } from './model-choice.ts';
import { startMcpServers, type SessionMcp } from './mcp-servers.ts';
import type { ModelClient } from './model-client.ts';
import type { SessionStore, StoredSession } from './session-store.ts';
import type { AssistantMode } from './tools/tools-for.ts';

const modes: (acp.SessionMode & { id: AssistantMode })[] = [
  { id: 'ask', name: 'Ask', description: 'Asks before each change and each command.' },
  { id: 'plan', name: 'Plan', description: 'Looks and says what it would change.' },
  { id: 'edit', name: 'Edit', description: 'Changes files; asks before commands that need it.' },
  { id: 'auto', name: 'Auto', description: 'Works to the end without asking.' },
];

/** One conversation: what it remembers, and how it goes on. */
export type AssistantSession = {
  id: string;
  root: string;
  mode: AssistantMode;
  choice: ModelChoice;
  history: { items: readonly HistoryItem[] };
  /** Its MCP servers, once they have started or failed. */
  mcp: Promise<SessionMcp>;
  turn: AbortController | undefined;
  /** Said into the turn at work, and not told to the model yet. */
  said: HistoryItem[];
};

export type AssistantMeans = {
  client: ModelClient;
  store: SessionStore;
  /** What the host asks for, before what a session used last. */
  asked: { model?: string; effort?: string };
};

/** Where a session works, and the MCP servers that it is given. */
type Opening = { cwd: string; mcpServers?: readonly acp.McpServer[] };

/** The sessions of a process; those of earlier ones are found again in the home. */
export type AssistantSessions = {
  /** @throws RequestError when it is not open */
  get(sessionId: string): AssistantSession;
  open(given: Opening): Promise<AssistantSession>;
  /** @throws RequestError when there is none */
  reopen(sessionId: string, given: Opening): Promise<AssistantSession>;
};

export function createSessions({ client, store, asked }: AssistantMeans): AssistantSessions {
  const sessions = new Map<string, AssistantSession>();
  const open = async (
    given: Partial<StoredSession>,
    { cwd: root, mcpServers = [] }: Opening,
  ): Promise<AssistantSession> => {
    const { sessionId: id = randomUUID(), mode = 'edit', items = [] } = given;
    const mcp = startMcpServers(mcpServers, root);
    const choice = await createModelChoice(client, { ...given, ...asked });
    const session: AssistantSession = { id, root, mode, choice, history: { items }, mcp, turn: undefined, said: [] };
    sessions.set(id, session);
    return session;
  };
  return {
    get(sessionId) {
      const session = sessions.get(sessionId);
      if (session === undefined) throw acp.RequestError.sessionNotFound(sessionId);
      return session;
    },
    open: (opening) => open({}, opening),
    async reopen(sessionId, opening) {
      const known = sessions.get(sessionId);
      if (known !== undefined) return known;
      const stored = await store.load(sessionId);
      if (stored === undefined) throw acp.RequestError.resourceNotFound(sessionId);
      return open(stored, opening);
    },
  };
}

/** A session as the protocol shows it when it is opened. */
export const shownSession = ({ mode, choice }: AssistantSession) => ({
  modes: { currentModeId: mode, availableModes: modes },
  configOptions: choice.options(),
});

export function modeOf(modeId: string): AssistantMode {
  const mode = modes.find(({ id }) => id === modeId);
  if (mode === undefined) throw acp.RequestError.invalidParams(undefined, `there is no mode ${modeId}`);
  return mode.id;
}

/** What `session/load` shows of a turn: what was said. */
export function replayed(item: HistoryItem): acp.SessionUpdate[] {
  const said = (sessionUpdate: 'user_message_chunk' | 'agent_message_chunk', text: string): acp.SessionUpdate[] =>
    text === '' ? [] : [{ sessionUpdate, messageId: randomUUID(), content: { type: 'text', text } }];
  if (item.kind === 'answer') return said('agent_message_chunk', item.text);
  if (item.kind !== 'person') return [];
  return item.parts.flatMap((part) => (part.type === 'text' ? said('user_message_chunk', part.text) : []));
}
