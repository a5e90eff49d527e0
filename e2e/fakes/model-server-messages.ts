import { pieces, type Said, type Spoken, type Stop } from './model-server-script.ts';
import type { Frame, Protocol } from './model-server-protocol.ts';

/** Anthropic Messages. */

const stops: Record<Stop, string> = {
  end: 'end_turn',
  length: 'max_tokens',
  tool_calls: 'tool_use',
  stop_sequence: 'stop_sequence',
  refusal: 'refusal',
  filtered: 'refusal',
};

const errorTypes: Record<number, string> = {
  400: 'invalid_request_error',
  401: 'authentication_error',
  403: 'permission_error',
  404: 'not_found_error',
  413: 'request_too_large',
  429: 'rate_limit_error',
  529: 'overloaded_error',
};

const event = (type: string, members: Record<string, unknown>): Frame => ({ event: type, data: { type, ...members } });

function usageOf({ usage }: Spoken): Record<string, number> {
  return {
    input_tokens: usage.input - usage.cacheRead - usage.cacheWrite,
    cache_creation_input_tokens: usage.cacheWrite,
    cache_read_input_tokens: usage.cacheRead,
    output_tokens: usage.output,
  };
}

type ToolSaid = Extract<Said, { type: 'tool' | 'text_tool' }>;

const argumentsOf = (said: ToolSaid): string =>
  said.type === 'tool' ? said.arguments : JSON.stringify({ input: said.input });

function blockOf(said: Said): Record<string, unknown> {
  switch (said.type) {
    case 'thinking':
      return { type: 'thinking', thinking: said.text, signature: said.proof };
    case 'text':
    case 'refusal':
      return { type: 'text', text: said.text, citations: null };
    case 'tool':
    case 'text_tool':
      return { type: 'tool_use', id: said.id, name: said.name, input: parsed(argumentsOf(said)) };
  }
}

function parsed(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch {
    return {};
  }
}

function blockFrames(said: Said, index: number, length: number | undefined): Frame[] {
  const delta = (members: Record<string, unknown>) => event('content_block_delta', { index, delta: members });
  const start = (members: Record<string, unknown>) =>
    event('content_block_start', { index, content_block: { ...blockOf(said), ...members } });
  const stop = event('content_block_stop', { index });
  switch (said.type) {
    case 'text':
    case 'refusal':
      return [
        start({ text: '' }),
        ...pieces(said.text, length).map((text) => delta({ type: 'text_delta', text })),
        stop,
      ];
    case 'thinking':
      return [
        start({ thinking: '', signature: '' }),
        ...pieces(said.text, length).map((thinking) => delta({ type: 'thinking_delta', thinking })),
        delta({ type: 'signature_delta', signature: said.proof }),
        stop,
      ];
    case 'tool':
    case 'text_tool': {
      const deltas = pieces(argumentsOf(said), length).map((text) =>
        delta({ type: 'input_json_delta', partial_json: text }),
      );
      return [start({ input: {} }), delta({ type: 'input_json_delta', partial_json: '' }), ...deltas, stop];
    }
  }
}

function message(spoken: Spoken): Record<string, unknown> {
  return {
    id: `msg_${spoken.id}`,
    type: 'message',
    role: 'assistant',
    model: spoken.model,
    content: spoken.says.map(blockOf),
    stop_reason: stops[spoken.stop],
    stop_sequence: null,
    usage: usageOf(spoken),
  };
}

export const messages: Protocol = {
  whole: message,
  frames(spoken) {
    const { content: _, ...rest } = message(spoken);
    const begun = { ...rest, content: [], stop_reason: null, usage: { ...usageOf(spoken), output_tokens: 1 } };
    return [
      event('message_start', { message: begun }),
      event('ping', {}),
      ...spoken.says.flatMap((said, index) => blockFrames(said, index, spoken.pieceLength)),
      event('message_delta', {
        delta: { stop_reason: stops[spoken.stop], stop_sequence: null },
        usage: usageOf(spoken),
      }),
      event('message_stop', {}),
    ];
  },
  error: (status, text) => ({
    type: 'error',
    error: { type: errorTypes[status] ?? 'api_error', message: text },
    request_id: 'req_scripted',
  }),
  streamError: (text) => [event('error', { error: { type: 'overloaded_error', message: text } })],
};
