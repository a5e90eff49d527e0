import { randomUUID } from 'node:crypto';
import type * as acp from '@agentclientprotocol/sdk';
import { chatMessages } from './chat-messages.ts';
import { definitionTokens, type ContextWindow } from './context-window.ts';
import { aboutCall, type AskedCall, type HistoryItem } from './history.ts';
import { nearInstructions, type ProjectInstructions } from './instructions.ts';
import type { ModelClient } from './model-client.ts';
import { ModelError } from './model-error.ts';
import type { Answer } from './read-answer.ts';
import { createRepeatGuard } from './repeat-guard.ts';
import { createSeenFiles } from './seen-files.ts';
import { systemPrompt } from './system-prompt.ts';
import { callsInText } from './text-calls.ts';
import type { Tool } from './tool.ts';
import { doCalls } from './tool-calls.ts';
import { toolsFor, type AssistantMode } from './tools/tools-for.ts';
import type { TurnHost } from './turn-host.ts';
import { createTurnUsage, type TurnUsage } from './turn-usage.ts';

/** Everything one turn needs. `items` is added to as the turn goes on; `save` keeps it. */
export type TurnMeans = {
  host: TurnHost;
  client: ModelClient;
  model: string;
  effort?: string;
  mode: AssistantMode;
  instructions: ProjectInstructions;
  /** Tools of MCP servers. */
  mcpTools: readonly Tool[];
  window: ContextWindow;
  history: { items: readonly HistoryItem[] };
  /** What people said into the turn since it was asked last. */
  takeSaid(): HistoryItem[];
  save(): Promise<void>;
};

export type TurnEnd = { stopReason: acp.StopReason; usage: TurnUsage };

/** Questions to the model that one prompt may lead to. */
const mostSteps = 120;
const mostContinued = 3;

type Turn = TurnMeans & { tools: readonly Tool[]; system: string; usage: TurnUsage };

/**
 * Answers what people said last: asks the model, does what it calls, and again, until it has nothing more to call.
 * @throws ModelError when the model cannot be asked; the signal's reason when the turn is stopped
 */
export async function runTurn(means: TurnMeans): Promise<TurnEnd> {
  const { host, mode, instructions } = means;
  const tools = [...toolsFor(mode, instructions.skills), ...means.mcpTools];
  const usage = createTurnUsage();
  const turn: Turn = { ...means, tools, usage, system: systemPrompt({ root: host.root, mode, instructions }) };
  const work = createWork(turn);
  let continued = 0;
  for (let step = 0; step < mostSteps; step += 1) {
    takeSaid(turn);
    const answer = await askFitting(turn);
    if (answer === undefined) {
      continued += 1;
      if (continued > mostContinued)
        throw new ModelError('final', 'The connection to the model broke again and again.');
      continue;
    }
    if (answer.calls.length > 0) {
      const end = await work(answer.calls);
      if (end) return { stopReason: end, usage };
      continue;
    }
    const end = endOf(answer, continued);
    // What was said meanwhile is answered in this turn.
    if (end === 'end_turn' && takeSaid(turn)) continue;
    if (end !== undefined) return { stopReason: end, usage };
    continued += 1;
    add(turn, { kind: 'note', text: answer.stop === 'length' ? goOnWords : emptyWords });
  }
  return { stopReason: 'max_turn_requests', usage };
}

const goOnWords = '(Your answer reached its longest length. Go on exactly where it stopped.)';
const emptyWords = '(Your answer was empty. Go on with the task, or say in words that it is done.)';
const brokenWords = '(The connection broke in the middle of your answer. Go on where it stopped.)';

function endOf({ text, stop }: Answer, continued: number): acp.StopReason | undefined {
  if (stop === 'refusal') return 'refusal';
  if (stop === 'length') return continued < mostContinued ? undefined : 'max_tokens';
  return text.trim() === '' && continued < mostContinued ? undefined : 'end_turn';
}

function takeSaid(turn: Turn): boolean {
  const said = turn.takeSaid();
  add(turn, ...said);
  return said.length > 0;
}

function add({ history }: Turn, ...items: HistoryItem[]): void {
  history.items = [...history.items, ...items];
}

/** Does the calls of an answer. @returns why the turn ends with them, if it does */
function createWork(turn: Turn) {
  const { host, tools } = turn;
  const guard = createRepeatGuard();
  const near = nearInstructions((path) => host.readFile(path));
  const context = { host, seen: createSeenFiles() };
  return async (calls: readonly AskedCall[]): Promise<acp.StopReason | undefined> => {
    const done = await doCalls(calls, { tools, context });
    for (const each of done) {
      const more = [guard.word(each), ...(await Promise.all(each.isFailed ? [] : each.paths.map(near)))];
      const text = [each.text, ...more].filter((part) => part !== undefined && part !== '').join('\n\n');
      add(turn, { kind: 'result', callId: each.call.id, text, about: aboutCall(each.call) });
    }
    await turn.save();
    const verdict = guard.verdict();
    if (verdict !== undefined)
      await say(host, `I stopped here: ${verdict}. Say how to go on, or choose another model.`);
    return verdict !== undefined || done.some(({ endsTurn }) => endsTurn) ? 'end_turn' : undefined;
  };
}

async function say(host: TurnHost, text: string): Promise<void> {
  await host.update({ sessionUpdate: 'agent_message_chunk', messageId: randomUUID(), content: { type: 'text', text } });
}

/** Asks the model with as much as it takes. @returns its answer, or undefined when it broke off and is to be asked again */
async function askFitting(turn: Turn): Promise<Answer | undefined> {
  for (;;) {
    turn.history.items = await fitted(turn);
    try {
      return await askModel(turn);
    } catch (error) {
      const canShrink = error instanceof ModelError && error.kind === 'too_long' && turn.window.shrink();
      if (!canShrink) throw error;
    }
  }
}

function fitted(turn: Turn): Promise<readonly HistoryItem[]> {
  const { host, client, model, system, window, history, tools, usage } = turn;
  return window.fit(history.items, {
    system,
    besideTokens: definitionTokens(tools.map(({ definition }) => definition)),
    summarise: async (material) => {
      const silent = { onText: () => Promise.resolve(), onThought: () => Promise.resolve() };
      const messages = [
        { role: 'system', content: summaryWords } as const,
        { role: 'user', content: material } as const,
      ];
      const answer = await client.ask({ model, messages }, silent, host.signal);
      usage.add(answer.usage);
      return answer.text;
    },
    onSummary: () =>
      host.update({
        sessionUpdate: 'agent_thought_chunk',
        messageId: randomUUID(),
        content: { type: 'text', text: 'The beginning of the conversation was summarised to make room.' },
      }),
  });
}

const summaryWords =
  'You are a coding agent whose conversation became too long. Summarise your work so far for yourself, in at most 500 words: what the people want, what you found (files, names, line numbers), what you changed and why, what failed, what is left to do. Facts only; no greetings.';

async function askModel(turn: Turn): Promise<Answer | undefined> {
  const { client, model, effort, host, tools, history, system } = turn;
  const messageId = randomUUID();
  let heard = '';
  const chunk = (sessionUpdate: 'agent_message_chunk' | 'agent_thought_chunk', text: string) =>
    host.update({ sessionUpdate, messageId, content: { type: 'text', text } });
  const listener = {
    onText: (text: string) => {
      heard += text;
      return chunk('agent_message_chunk', text);
    },
    onThought: (text: string) => chunk('agent_thought_chunk', text),
  };
  const messages = chatMessages(system, history.items);
  const definitions = tools.map(({ definition }) => definition);
  try {
    const request = { model, messages, tools: definitions, ...(effort === undefined ? {} : { effort }) };
    const answer = await client.ask(request, listener, host.signal);
    const meant =
      answer.calls.length > 0
        ? {}
        : callsInText(
            answer.text,
            tools.map(({ name }) => name),
          );
    const named = { ...answer, ...meant };
    named.calls = namedCalls(named.calls, history.items);
    await keep(turn, named);
    return named;
  } catch (error) {
    if (heard !== '') add(turn, { kind: 'answer', text: heard, calls: [] });
    const isBroken = error instanceof ModelError && error.kind === 'again';
    if (!isBroken || host.signal.aborted) throw error;
    if (heard === '') throw error;
    add(turn, { kind: 'note', text: brokenWords });
    return undefined;
  }
}

async function keep(turn: Turn, { text, thought, calls, usage }: Answer): Promise<void> {
  add(turn, { kind: 'answer', text, calls, ...(thought === '' ? {} : { thought }) });
  turn.usage.add(usage);
  if (usage !== undefined) {
    const used = usage.inputTokens + usage.outputTokens;
    await turn.host.update({ sessionUpdate: 'usage_update', used, size: turn.window.sizeTokens });
  }
  await turn.save();
}

/** Calls under ids of their own: some servers give none, or the same in each answer. */
function namedCalls(calls: readonly AskedCall[], items: readonly HistoryItem[]): AskedCall[] {
  const taken = new Set(items.flatMap((item) => (item.kind === 'answer' ? item.calls.map(({ id }) => id) : [])));
  return calls.map((call) => {
    const id = call.id === '' || taken.has(call.id) ? `call_${randomUUID().replaceAll('-', '').slice(0, 24)}` : call.id;
    taken.add(id);
    return { ...call, id };
  });
}
