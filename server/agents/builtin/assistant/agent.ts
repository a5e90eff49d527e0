import * as acp from '@agentclientprotocol/sdk';
import { z } from 'zod';
import { answerPrompt } from './answer-prompt.ts';
import {
  createSessions,
  modeOf,
  replayed,
  shownSession,
  type AssistantMeans,
  type AssistantSessions,
} from './assistant-session.ts';
import { personParts } from './prompt-parts.ts';

/** The assistant as an ACP application: its thinking is a model's, by the gateway; every effect goes through the host. */
export function createAssistant({ client, store, asked }: AssistantMeans): acp.AgentApp {
  const sessions = createSessions({ client, store, asked });
  const app = acp
    .agent({ name: 'assistant' })
    .onRequest('initialize', () => greeting)
    .onRequest('session/new', async ({ params }) => {
      const session = await sessions.open(params);
      return { sessionId: session.id, ...shownSession(session) };
    })
    .onRequest('session/load', async ({ params, client: host }) => {
      const session = await sessions.reopen(params.sessionId, params);
      for (const update of session.history.items.flatMap(replayed))
        await host.notify('session/update', { sessionId: session.id, update });
      return shownSession(session);
    })
    .onRequest('session/resume', async ({ params }) => shownSession(await sessions.reopen(params.sessionId, params)))
    .onRequest('session/set_mode', ({ params }) => {
      sessions.get(params.sessionId).mode = modeOf(params.modeId);
      return {};
    })
    .onRequest('session/set_config_option', ({ params }) => {
      const { choice } = sessions.get(params.sessionId);
      choice.set(params.configId, params.value);
      return { configOptions: choice.options() };
    });
  takePrompts(app, sessions, { client, store });
  return app;
}

function takePrompts(
  app: acp.AgentApp,
  sessions: AssistantSessions,
  means: Pick<AssistantMeans, 'client' | 'store'>,
): void {
  app
    .onNotification('session/cancel', ({ params }) => {
      sessions.get(params.sessionId).turn?.abort();
    })
    .onRequest(
      steeringMethod,
      (params) => steering.parse(params),
      ({ params }) => {
        const session = sessions.get(params.sessionId);
        if (session.turn === undefined || session.turn.signal.aborted) return { outcome: 'promptRequired' };
        session.said.push({ kind: 'person', parts: personParts(params.prompt) });
        return { outcome: 'injected' };
      },
    )
    .onRequest('session/prompt', ({ params, client: host, signal }) => {
      const session = sessions.get(params.sessionId);
      if (session.turn !== undefined) throw acp.RequestError.invalidRequest(undefined, 'a prompt is running already');
      return answerPrompt({ session, params, host, closed: signal, ...means });
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
  _meta: { steering: { supported: true } },
};

/** Words said into a turn at work: an extension of the protocol that other agents have as well. */
const steeringMethod = '_session/steering';
const steering = z.object({
  sessionId: z.string(),
  prompt: z.array(z.object({ type: z.literal('text'), text: z.string() })),
});
