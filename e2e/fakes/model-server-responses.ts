import type { Asked } from './model-server-asked.ts';
import { openaiError } from './model-server-chat.ts';
import type { Frame, Protocol } from './model-server-protocol.ts';
import { pieces, type Said, type Spoken } from './model-server-script.ts';

/** OpenAI Responses, without server-side state. */

type Members = Record<string, unknown>;

function itemOf(said: Said, id: string): Members {
  switch (said.type) {
    case 'thinking':
      return {
        id: `rs_${id}`,
        type: 'reasoning',
        summary: [{ type: 'summary_text', text: said.text }],
        encrypted_content: said.proof,
      };
    case 'text':
      return messageItem(id, { type: 'output_text', text: said.text, annotations: [], logprobs: [] });
    case 'refusal':
      return messageItem(id, { type: 'refusal', refusal: said.text });
    case 'tool':
      return {
        id: `fc_${id}`,
        type: 'function_call',
        status: 'completed',
        call_id: said.id,
        name: said.name,
        arguments: said.arguments,
        ...(said.namespace === undefined ? {} : { namespace: said.namespace }),
      };
    case 'text_tool':
      return {
        id: `ctc_${id}`,
        type: 'custom_tool_call',
        status: 'completed',
        call_id: said.id,
        name: said.name,
        input: said.input,
      };
  }
}

const messageItem = (id: string, part: Members): Members => ({
  id: `msg_${id}`,
  type: 'message',
  status: 'completed',
  role: 'assistant',
  content: [part],
});

const items = (spoken: Spoken) => spoken.says.map((said, at) => itemOf(said, `${spoken.id}_${at}`));

function usageOf({ usage }: Spoken): Members {
  return {
    input_tokens: usage.input,
    input_tokens_details: { cached_tokens: usage.cacheRead },
    output_tokens: usage.output,
    output_tokens_details: { reasoning_tokens: usage.thinking },
    total_tokens: usage.input + usage.output,
  };
}

function ending(spoken: Spoken): Members {
  const reason = { length: 'max_output_tokens', filtered: 'content_filter' }[String(spoken.stop)];
  return reason === undefined
    ? { status: 'completed', incomplete_details: null }
    : { status: 'incomplete', incomplete_details: { reason } };
}

/** The response as it begins: it repeats much of what was asked. */
function begun(spoken: Spoken, { body }: Asked): Members {
  return {
    id: `resp_${spoken.id}`,
    object: 'response',
    created_at: 1_760_000_000,
    status: 'in_progress',
    background: false,
    error: null,
    incomplete_details: null,
    instructions: body['instructions'] ?? null,
    max_output_tokens: body['max_output_tokens'] ?? null,
    model: spoken.model,
    output: [],
    parallel_tool_calls: body['parallel_tool_calls'] ?? true,
    previous_response_id: null,
    prompt_cache_key: body['prompt_cache_key'] ?? null,
    reasoning: body['reasoning'] ?? { effort: null, summary: null },
    store: body['store'] ?? true,
    temperature: body['temperature'] ?? 1,
    text: body['text'] ?? { format: { type: 'text' } },
    tool_choice: body['tool_choice'] ?? 'auto',
    tools: body['tools'] ?? [],
    top_p: body['top_p'] ?? 1,
    truncation: 'disabled',
    usage: null,
    user: null,
    metadata: body['metadata'] ?? {},
  };
}

const whole = (spoken: Spoken, asked: Asked): Members => ({
  ...begun(spoken, asked),
  ...ending(spoken),
  output: items(spoken),
  usage: usageOf(spoken),
});

/** An event without its number in the order. */
type Unnumbered = { type: string } & Members;

function partFrames(said: Said, place: Members, length: number | undefined): Unnumbered[] {
  switch (said.type) {
    case 'text': {
      const at = { ...place, content_index: 0 };
      const part = { type: 'output_text', text: said.text, annotations: [], logprobs: [] };
      return [
        { type: 'response.content_part.added', ...at, part: { ...part, text: '' } },
        ...pieces(said.text, length).map((delta) => ({
          type: 'response.output_text.delta',
          ...at,
          delta,
          logprobs: [],
          obfuscation: 'x'.repeat(8),
        })),
        { type: 'response.output_text.done', ...at, text: said.text, logprobs: [] },
        { type: 'response.content_part.done', ...at, part },
      ];
    }
    case 'refusal': {
      const at = { ...place, content_index: 0 };
      return [
        { type: 'response.content_part.added', ...at, part: { type: 'refusal', refusal: '' } },
        ...pieces(said.text, length).map((delta) => ({ type: 'response.refusal.delta', ...at, delta })),
        { type: 'response.refusal.done', ...at, refusal: said.text },
        { type: 'response.content_part.done', ...at, part: { type: 'refusal', refusal: said.text } },
      ];
    }
    case 'thinking': {
      const at = { ...place, summary_index: 0 };
      const name = 'response.reasoning_summary_text';
      return [
        { type: 'response.reasoning_summary_part.added', ...at, part: { type: 'summary_text', text: '' } },
        ...pieces(said.text, length).map((delta) => ({ type: `${name}.delta`, ...at, delta })),
        { type: `${name}.done`, ...at, text: said.text },
        { type: 'response.reasoning_summary_part.done', ...at, part: { type: 'summary_text', text: said.text } },
      ];
    }
    case 'tool':
      return [
        ...pieces(said.arguments, length).map((delta) => ({
          type: 'response.function_call_arguments.delta',
          ...place,
          delta,
        })),
        {
          type: 'response.function_call_arguments.done',
          ...place,
          name: said.name,
          arguments: said.arguments,
        },
      ];
    case 'text_tool':
      return [
        ...pieces(said.input, length).map((delta) => ({
          type: 'response.custom_tool_call_input.delta',
          ...place,
          delta,
        })),
        { type: 'response.custom_tool_call_input.done', ...place, input: said.input },
      ];
  }
}

const opened: Record<Said['type'], Members> = {
  text: { content: [], status: 'in_progress' },
  refusal: { content: [], status: 'in_progress' },
  thinking: { summary: [], encrypted_content: '' },
  tool: { arguments: '', status: 'in_progress' },
  text_tool: { input: '', status: 'in_progress' },
};

function itemFrames(said: Said, at: number, spoken: Spoken): Unnumbered[] {
  const item = itemOf(said, `${spoken.id}_${at}`);
  const place = { item_id: item['id'], output_index: at };
  return [
    { type: 'response.output_item.added', output_index: at, item: { ...item, ...opened[said.type] } },
    ...partFrames(said, place, spoken.pieceLength),
    { type: 'response.output_item.done', output_index: at, item },
  ];
}

export const responses: Protocol = {
  whole,
  frames(spoken, asked) {
    const answer = whole(spoken, asked);
    const events: Unnumbered[] = [
      { type: 'response.created', response: begun(spoken, asked) },
      { type: 'response.in_progress', response: begun(spoken, asked) },
      ...spoken.says.flatMap((said, at) => itemFrames(said, at, spoken)),
      { type: `response.${String(answer['status'])}`, response: answer },
    ];
    return events.map(({ type, ...members }, at): Frame => ({
      event: type,
      data: { type, sequence_number: at, ...members },
    }));
  },
  error: openaiError,
  streamError: (message, at) => [
    { event: 'error', data: { type: 'error', sequence_number: at, code: 'server_error', message, param: null } },
  ],
};
