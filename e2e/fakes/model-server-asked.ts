/** What a request asks, whichever protocol it speaks: as much as a script needs to answer it. */
export type Asked = {
  protocol: 'anthropic_messages' | 'openai_responses' | 'openai_chat';
  model: string;
  stream: boolean;
  system: string;
  lastUserText: string;
  /** Of those after the last user text; empty without one. */
  lastToolResult: string;
  /** Made by the model since the last user text. */
  toolCalls: number;
  tools: readonly string[];
  /** Chat only says usage in a stream when it is asked to. */
  wantsUsage: boolean;
  body: Members;
};

export type Members = Readonly<Record<string, unknown>>;

type Step = { user: string } | { call: true } | { result: string };

const isMembers = (value: unknown): value is Members =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
/** The members of an object; of anything else none. */
export const membersOf = (value: unknown): Members => (isMembers(value) ? value : {});
const listOf = (value: unknown): unknown[] => (Array.isArray(value) ? value : []);
const stringOf = (value: unknown): string => (typeof value === 'string' ? value : '');

/** The texts of a message's content, which is a string or a list of parts. */
function textOf(content: unknown): string {
  if (typeof content === 'string') return content;
  return listOf(content)
    .map((part) => stringOf(membersOf(part)['text']))
    .filter((text) => text !== '')
    .join('\n');
}

function messagesSteps(body: Members): Step[] {
  return listOf(body['messages']).flatMap((message): Step[] => {
    const { role, content } = membersOf(message);
    const parts = typeof content === 'string' ? [{ type: 'text', text: content }] : listOf(content).map(membersOf);
    const steps = parts.flatMap((part): Step[] => {
      if (part['type'] === 'tool_result') return [{ result: textOf(part['content']) }];
      return part['type'] === 'tool_use' ? [{ call: true }] : [];
    });
    const text = textOf(parts);
    // Agents put reminders beside the results of tools; they begin no new turn.
    const isUser = role === 'user' && text !== '' && !steps.some((step) => 'result' in step);
    return isUser ? [{ user: text }] : steps;
  });
}

function responsesSteps(body: Members): Step[] {
  if (typeof body['input'] === 'string') return [{ user: body['input'] }];
  return listOf(body['input']).flatMap((entry): Step[] => {
    const item = membersOf(entry);
    const type = stringOf(item['type'] ?? 'message');
    if (type === 'message') return item['role'] === 'user' ? [{ user: textOf(item['content']) }] : [];
    if (type.endsWith('_call_output')) return [{ result: textOf(item['output']) }];
    return type.endsWith('_call') ? [{ call: true }] : [];
  });
}

function chatSteps(body: Members): Step[] {
  return listOf(body['messages']).flatMap((entry): Step[] => {
    const message = membersOf(entry);
    if (message['role'] === 'user') return [{ user: textOf(message['content']) }];
    if (message['role'] === 'tool') return [{ result: textOf(message['content']) }];
    return listOf(message['tool_calls']).map(() => ({ call: true }) as const);
  });
}

function systemOf(protocol: Asked['protocol'], body: Members): string {
  if (protocol === 'anthropic_messages') return textOf(body['system']);
  const list = listOf(protocol === 'openai_chat' ? body['messages'] : body['input']).map(membersOf);
  const said = list
    .filter(({ role }) => role === 'system' || role === 'developer')
    .map(({ content }) => textOf(content));
  return [stringOf(body['instructions']), ...said].filter((text) => text !== '').join('\n');
}

function toolNames(body: Members): string[] {
  return listOf(body['tools']).flatMap((entry) => {
    const tool = membersOf(entry);
    if (tool['type'] === 'namespace') return toolNames(tool);
    return stringOf(
      tool['name'] ?? membersOf(tool['function'])['name'] ?? membersOf(tool['custom'])['name'] ?? tool['type'],
    );
  });
}

const readers = { anthropic_messages: messagesSteps, openai_responses: responsesSteps, openai_chat: chatSteps };

export function readAsked(protocol: Asked['protocol'], parsed: unknown): Asked {
  const body = membersOf(parsed);
  const steps = readers[protocol](body);
  const start = steps.findLastIndex((step) => 'user' in step);
  const [turn, since] = [steps[start], steps.slice(start + 1)];
  return {
    protocol,
    model: stringOf(body['model']),
    stream: body['stream'] === true,
    system: systemOf(protocol, body),
    lastUserText: turn !== undefined && 'user' in turn ? turn.user : '',
    lastToolResult: since.reduce((last, step) => ('result' in step ? step.result : last), ''),
    toolCalls: since.filter((step) => 'call' in step).length,
    tools: toolNames(body),
    wantsUsage: membersOf(body['stream_options'])['include_usage'] === true,
    body,
  };
}
