import { randomUUID } from 'node:crypto';
import * as acp from '@agentclientprotocol/sdk';
import type { AssistantMeans, AssistantSession } from './assistant-session.ts';
import { createContextWindow } from './context-window.ts';
import { readInstructions } from './instructions.ts';
import { ModelError } from './model-error.ts';
import { personParts } from './prompt-parts.ts';
import { createTurnHost, type TurnHost } from './turn-host.ts';
import { runTurn } from './turn-loop.ts';
import type { TurnUsage } from './turn-usage.ts';

/** With the tokens that the turn took, which the host reads and the protocol does not have yet. */
type AnsweredPrompt = acp.PromptResponse & { usage?: ReturnType<TurnUsage['total']> };

type Prompt = Omit<AssistantMeans, 'asked'> & {
  session: AssistantSession;
  params: acp.PromptRequest;
  host: acp.AgentContext;
  closed: AbortSignal;
};

/** Once: people who count on a server see that it is not there. */
async function tellMissing(missing: readonly string[], host: TurnHost): Promise<void> {
  if (missing.length === 0) return;
  const content = { type: 'text' as const, text: missing.join('\n') };
  await host.update({ sessionUpdate: 'agent_thought_chunk', messageId: randomUUID(), content });
}

/** One turn of a session, from what people say to why it ended; whatever happens, what was said is kept. */
export async function answerPrompt({ session, params, host, closed, client, store }: Prompt): Promise<AnsweredPrompt> {
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
    const mcp = await session.mcp;
    await tellMissing(mcp.missing.splice(0), turnHost);
    const { stopReason, usage } = await runTurn({
      host: turnHost,
      client,
      model: model.id,
      ...choice.effortFor(model),
      mode,
      mcpTools: mcp.tools,
      instructions: await readInstructions(root, (path) => turnHost.readFile(path)),
      window: createContextWindow(model.contextTokens),
      history,
      takeSaid: () => session.said.splice(0),
      save,
    });
    return { stopReason, usage: usage.total() };
  } catch (error) {
    if (signal.aborted) return { stopReason: 'cancelled' };
    if (error instanceof ModelError) throw new acp.RequestError(-32_000, error.message.replace(/\.$/, ''));
    throw error;
  } finally {
    session.turn = undefined;
    // Whoever said something into a turn that ended before it was told finds it in the next.
    history.items = [...history.items, ...session.said.splice(0)];
    await save();
  }
}
