import { randomUUID } from 'node:crypto';
import * as acp from '@agentclientprotocol/sdk';
import { createContextWindow } from './context-window.ts';
import type { HistoryItem } from './history.ts';
import { readInstructions } from './instructions.ts';
import type { ModelClient } from './model-client.ts';
import { ModelError } from './model-error.ts';
import { createModelChoice, type ModelChoice } from './model-choice.ts';
import { personParts } from './prompt-parts.ts';
import type { SessionStore, StoredSession } from './session-store.ts';
import type { AssistantMode } from './tools/tools-for.ts';
import { createTurnHost } from './turn-host.ts';
import { runTurn } from './turn-loop.ts';
import type { TurnUsage } from './turn-usage.ts';

const modes: (acp.SessionMode & { id: AssistantMode })[] = [
  { id: 'ask', name: 'Ask', description: 'Asks before each change and each command.' },
  { id: 'plan', name: 'Plan', description: 'Looks and says what it would change.' },
  { id: 'edit', name: 'Edit', description: 'Changes files; asks before commands that need it.' },
  { id: 'auto', name: 'Auto', description: 'Works to the end without asking.' },
];

type Session = {
  id: string;
  root: string;
  mode: AssistantMode;
  choice: ModelChoice;
  history: { items: readonly HistoryItem[] };
  turn: AbortController | undefined;
};

export type AssistantMeans = {
  client: ModelClient;
  store: SessionStore;
  /** What the host asks for, before what a session used last. */
  asked: { model?: string; effort?: string };
};

/** The assistant as an ACP application: its thinking is a model's, by the gateway; every effect goes through the host. */
export function createAssistant({ client, store, asked }: AssistantMeans): acp.AgentApp {
  const sessions = new Map<string, Session>();
  const get = (sessionId: string): Session => {
    const session = sessions.get(sessionId);
    if (session === undefined) throw acp.RequestError.sessionNotFound(sessionId);
    return session;
  };
  const open = async (given: Pick<StoredSession, 'root'> & Partial<StoredSession>): Promise<Session> => {
    const { sessionId: id = randomUUID(), root, mode = 'edit', items = [] } = given;
    const choice = await createModelChoice(client, { ...given, ...asked });
    const session: Session = { id, root, mode, choice, history: { items }, turn: undefined };
    sessions.set(id, session);
    return session;
  };
  /** @throws RequestError when there is no such session, or it was of another folder */
  const reopen = async (sessionId: string, cwd: string): Promise<Session> => {
    const known = sessions.get(sessionId);
    if (known !== undefined) return known;
    const stored = await store.load(sessionId);
    if (stored === undefined) throw acp.RequestError.resourceNotFound(sessionId);
    return open({ ...stored, root: cwd });
  };
  return acp
    .agent({ name: 'assistant' })
    .onRequest('initialize', () => greeting)
    .onRequest('session/new', async ({ params }) => {
      const session = await open({ root: params.cwd });
      return { sessionId: session.id, ...shown(session) };
    })
    .onRequest('session/load', async ({ params, client: host }) => {
      const session = await reopen(params.sessionId, params.cwd);
      for (const update of session.history.items.flatMap(replayed))
        await host.notify('session/update', { sessionId: session.id, update });
      return shown(session);
    })
    .onRequest('session/resume', async ({ params }) => shown(await reopen(params.sessionId, params.cwd)))
    .onRequest('session/set_mode', ({ params }) => {
      get(params.sessionId).mode = modeOf(params.modeId);
      return {};
    })
    .onRequest('session/set_config_option', ({ params }) => {
      const { choice } = get(params.sessionId);
      choice.set(params.configId, params.value);
      return { configOptions: choice.options() };
    })
    .onNotification('session/cancel', ({ params }) => {
      sessions.get(params.sessionId)?.turn?.abort();
    })
    .onRequest('session/prompt', ({ params, client: host, signal }) => {
      const session = get(params.sessionId);
      if (session.turn !== undefined) throw acp.RequestError.invalidRequest(undefined, 'a prompt is running already');
      return answerPrompt({ session, params, host, closed: signal, client, store });
    });
}

const greeting: acp.InitializeResponse = {
  protocolVersion: acp.PROTOCOL_VERSION,
  agentInfo: { name: 'assistant', title: 'Assistant', version: '0.1.0' },
  agentCapabilities: {
    loadSession: true,
    promptCapabilities: { image: true, embeddedContext: true },
    sessionCapabilities: { resume: {} },
  },
  authMethods: [],
};

const shown = ({ mode, choice }: Session) => ({
  modes: { currentModeId: mode, availableModes: modes },
  configOptions: choice.options(),
});

function modeOf(modeId: string): AssistantMode {
  const mode = modes.find(({ id }) => id === modeId);
  if (mode === undefined) throw acp.RequestError.invalidParams(undefined, `there is no mode ${modeId}`);
  return mode.id;
}

/** What `session/load` shows of a turn: what was said. */
function replayed(item: HistoryItem): acp.SessionUpdate[] {
  const said = (sessionUpdate: 'user_message_chunk' | 'agent_message_chunk', text: string): acp.SessionUpdate[] =>
    text === '' ? [] : [{ sessionUpdate, messageId: randomUUID(), content: { type: 'text', text } }];
  if (item.kind === 'answer') return said('agent_message_chunk', item.text);
  if (item.kind !== 'person') return [];
  return item.parts.flatMap((part) => (part.type === 'text' ? said('user_message_chunk', part.text) : []));
}

/** With the tokens that the turn took, which the host reads and the protocol does not have yet. */
type AnsweredPrompt = acp.PromptResponse & { usage?: ReturnType<TurnUsage['total']> };

type Prompt = Omit<AssistantMeans, 'asked'> & {
  session: Session;
  params: acp.PromptRequest;
  host: acp.AgentContext;
  closed: AbortSignal;
};

async function answerPrompt({ session, params, host, closed, client, store }: Prompt): Promise<AnsweredPrompt> {
  const own = new AbortController();
  session.turn = own;
  const { id: sessionId, root, mode, choice, history } = session;
  const signal = AbortSignal.any([own.signal, closed]);
  const turnHost = createTurnHost({ client: host, sessionId, root, signal });
  const save = () => store.save({ version: 1, sessionId, root, mode, ...choice.chosen(), items: [...history.items] });
  history.items = [...history.items, { kind: 'person', parts: personParts(params.prompt) }];
  try {
    await save();
    const model = await choice.model(signal);
    const { stopReason, usage } = await runTurn({
      host: turnHost,
      client,
      model: model.id,
      ...choice.effortFor(model),
      mode,
      instructions: await readInstructions(root, (path) => turnHost.readFile(path)),
      window: createContextWindow(model.contextTokens),
      history,
      save,
    });
    return { stopReason, usage: usage.total() };
  } catch (error) {
    if (signal.aborted) return { stopReason: 'cancelled' };
    if (error instanceof ModelError) throw new acp.RequestError(-32_000, error.message.replace(/\.$/, ''));
    throw error;
  } finally {
    session.turn = undefined;
    await save();
  }
}
