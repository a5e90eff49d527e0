import * as acp from '@agentclientprotocol/sdk';
import { parseRequest, type Command } from './parse-request.ts';
import { runCodeCommand } from './run-code-command.ts';
import { runToolCommand } from './run-tool-command.ts';
import { createTurn, type AgentMode, type Turn } from './turn.ts';
import { describe, helpText, unclearText } from './wording.ts';

const modes: acp.SessionMode[] = [
  { id: 'edit', name: 'Edit', description: 'Changes files.' },
  { id: 'plan', name: 'Plan', description: 'Says what it would change and where.' },
  { id: 'ask', name: 'Ask', description: 'Answers only.' },
  { id: 'auto', name: 'Auto', description: 'The same as Edit.' },
];

type Session = { root: string; mode: AgentMode; turn: AbortController | undefined };

/** Where the agent finds Ensemble's own tools, and Node to run them. */
export type AgentFolders = { app: string; node: string };

/** The refactoring agent as an ACP application: no model, every effect through the host. */
export function createRefactorAgent(folders: AgentFolders): acp.AgentApp {
  const sessions = new Map<string, Session>();
  const get = (sessionId: string): Session => {
    const session = sessions.get(sessionId);
    if (session === undefined) throw acp.RequestError.sessionNotFound(sessionId);
    return session;
  };
  return acp
    .agent({ name: 'refactor' })
    .onRequest('initialize', () => ({
      protocolVersion: acp.PROTOCOL_VERSION,
      agentInfo: { name: 'refactor', title: 'Refactor', version: '0.1.0' },
      agentCapabilities: { loadSession: false },
      authMethods: [],
    }))
    .onRequest('session/new', ({ params }) => {
      const sessionId = `session-${sessions.size + 1}`;
      sessions.set(sessionId, { root: params.cwd, mode: 'edit', turn: undefined });
      return { sessionId, modes: { currentModeId: 'edit', availableModes: modes } };
    })
    .onRequest('session/set_mode', ({ params }) => {
      get(params.sessionId).mode = modeOf(params.modeId);
      return {};
    })
    .onNotification('session/cancel', ({ params }) => {
      sessions.get(params.sessionId)?.turn?.abort();
    })
    .onRequest('session/prompt', ({ params, client, signal }) => {
      const session = get(params.sessionId);
      if (session.turn !== undefined) throw acp.RequestError.invalidRequest(undefined, 'a prompt is running already');
      return answerPrompt({ session, params, client, closed: signal, folders });
    });
}

function modeOf(modeId: string): AgentMode {
  if (modeId === 'auto') return 'edit';
  if (modeId === 'edit' || modeId === 'plan' || modeId === 'ask') return modeId;
  throw acp.RequestError.invalidParams(undefined, `there is no mode ${modeId}`);
}

type Prompt = {
  session: Session;
  params: acp.PromptRequest;
  client: acp.AgentContext;
  closed: AbortSignal;
  folders: AgentFolders;
};

async function answerPrompt({ session, params, client, closed, folders }: Prompt): Promise<acp.PromptResponse> {
  const own = new AbortController();
  session.turn = own;
  const signal = AbortSignal.any([own.signal, closed]);
  const { root, mode } = session;
  try {
    await runRequest(createTurn({ client, sessionId: params.sessionId, root, mode, signal }), textOf(params), folders);
    return { stopReason: 'end_turn' };
  } catch (error) {
    if (signal.aborted) return { stopReason: 'cancelled' };
    throw error;
  } finally {
    session.turn = undefined;
  }
}

function textOf(params: acp.PromptRequest): string {
  return params.prompt.map((block) => (block.type === 'text' ? block.text : '')).join('\n');
}

async function runRequest(turn: Turn, text: string, folders: AgentFolders): Promise<void> {
  const request = parseRequest(text);
  if (request.state === 'help') return turn.say(helpText());
  if (request.state === 'unclear') return turn.say(unclearText(request));
  const steps = request.commands.map((command) => `- ${describe(command)}`).join('\n');
  if (turn.mode === 'ask') {
    return turn.say(
      `This is what I understood:\n\n${steps}\n\nIn this mode I only answer. Prompt me again in the mode Edit to do it, or Plan to see the places first.`,
    );
  }
  await turn.say(`${turn.mode === 'plan' ? 'I look up what this would change:' : 'I will do this:'}\n\n${steps}`);
  for (const [at, command] of request.commands.entries()) {
    await turn.plan(planEntries(request.commands, at));
    await runCommand(turn, command, folders);
  }
  await turn.plan(planEntries(request.commands, request.commands.length));
}

function planEntries(commands: readonly Command[], current: number) {
  return commands.map((command, at) => ({
    text: describe(command).replaceAll('`', ''),
    status: at < current ? ('completed' as const) : at === current ? ('in_progress' as const) : ('pending' as const),
  }));
}

async function runCommand(turn: Turn, command: Command, folders: AgentFolders): Promise<void> {
  switch (command.kind) {
    case 'lint':
    case 'format':
      return runToolCommand(turn, command, folders);
    case 'rename':
    case 'replace':
    case 'organise':
    case 'remove-unused':
      return runCodeCommand(turn, command);
  }
}
