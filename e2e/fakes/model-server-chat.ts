import type { Frame, Protocol } from './model-server-protocol.ts';
import { pieces, type Said, type Spoken, type Stop } from './model-server-script.ts';

/** OpenAI chat/completions, with `reasoning_content` as local servers give it. */

const stops: Record<Stop, string> = {
  end: 'stop',
  length: 'length',
  tool_calls: 'tool_calls',
  stop_sequence: 'stop',
  refusal: 'stop',
  filtered: 'content_filter',
};

type ToolSaid = Extract<Said, { type: 'tool' | 'text_tool' }>;

const isTool = (said: Said): said is ToolSaid => said.type === 'tool' || said.type === 'text_tool';
const argumentsOf = (said: ToolSaid): string =>
  said.type === 'tool' ? said.arguments : JSON.stringify({ input: said.input });

function usageOf({ usage }: Spoken): Record<string, unknown> {
  return {
    prompt_tokens: usage.input,
    completion_tokens: usage.output,
    total_tokens: usage.input + usage.output,
    prompt_tokens_details: { cached_tokens: usage.cacheRead, audio_tokens: 0 },
    completion_tokens_details: { reasoning_tokens: usage.thinking, audio_tokens: 0 },
  };
}

/** All texts of one kind as one; null without any. */
function textOf(spoken: Spoken, type: 'text' | 'refusal' | 'thinking'): string | null {
  const texts = spoken.says.flatMap((said) => (said.type === type ? [said.text] : []));
  return texts.length === 0 ? null : texts.join('');
}

function message(spoken: Spoken): Record<string, unknown> {
  const calls = spoken.says.filter(isTool).map((said) => ({
    id: said.id,
    type: 'function',
    function: { name: said.name, arguments: argumentsOf(said) },
  }));
  const thinking = textOf(spoken, 'thinking');
  return {
    role: 'assistant',
    content: textOf(spoken, 'text'),
    refusal: textOf(spoken, 'refusal'),
    annotations: [],
    ...(thinking === null ? {} : { reasoning_content: thinking }),
    ...(calls.length === 0 ? {} : { tool_calls: calls }),
  };
}

const head = (spoken: Spoken) => ({
  id: `chatcmpl-${spoken.id}`,
  created: 1_760_000_000,
  model: spoken.model,
  service_tier: 'default',
  system_fingerprint: 'fp_scripted',
});

function deltasOf(said: Said, call: number, length: number | undefined): Record<string, unknown>[] {
  if (!isTool(said)) {
    const member = { text: 'content', refusal: 'refusal', thinking: 'reasoning_content' }[said.type];
    return pieces(said.text, length).map((text) => ({ [member]: text }));
  }
  const start = { index: call, id: said.id, type: 'function', function: { name: said.name, arguments: '' } };
  const rest = pieces(argumentsOf(said), length).map((text) => ({ index: call, function: { arguments: text } }));
  return [start, ...rest].map((tool) => ({ tool_calls: [tool] }));
}

export const chat: Protocol = {
  whole: (spoken) => ({
    ...head(spoken),
    object: 'chat.completion',
    choices: [{ index: 0, message: message(spoken), logprobs: null, finish_reason: stops[spoken.stop] }],
    usage: usageOf(spoken),
  }),
  frames(spoken, asked) {
    const tools = spoken.says.filter(isTool);
    // A server that was asked for usage says `usage: null` in every chunk but the last.
    const noUsage = asked.wantsUsage ? { usage: null } : {};
    const chunk = (delta: unknown, finish: string | null): Frame => ({
      data: {
        ...head(spoken),
        object: 'chat.completion.chunk',
        choices: [{ index: 0, delta, logprobs: null, finish_reason: finish }],
        ...noUsage,
      },
    });
    const deltas = spoken.says.flatMap((said) =>
      deltasOf(said, isTool(said) ? tools.indexOf(said) : 0, spoken.pieceLength),
    );
    const usage = { ...head(spoken), object: 'chat.completion.chunk', choices: [], usage: usageOf(spoken) };
    return [
      chunk({ role: 'assistant', content: '', refusal: null }, null),
      ...deltas.map((delta) => chunk(delta, null)),
      chunk({}, stops[spoken.stop]),
      ...(asked.wantsUsage ? [{ data: usage }] : []),
      { data: '[DONE]' },
    ];
  },
  error: openaiError,
  streamError: (text) => [{ data: { error: { message: text, type: 'server_error', param: null, code: null } } }],
};

const kinds: Record<number, [type: string, code: string | null]> = {
  401: ['invalid_request_error', 'invalid_api_key'],
  404: ['invalid_request_error', 'model_not_found'],
  429: ['requests', 'rate_limit_exceeded'],
};

/** The shape of errors that all of OpenAI's protocols have. */
export function openaiError(status: number, text: string): unknown {
  const [type, code] = kinds[status] ?? [status < 500 ? 'invalid_request_error' : 'server_error', null];
  return { error: { message: text, type, param: null, code } };
}
