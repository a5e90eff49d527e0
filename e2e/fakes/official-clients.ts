import Anthropic from '@anthropic-ai/sdk';
import OpenAI from 'openai';

/**
 * The official clients under one face, so that one table of tests asks all of them the same.
 * Each of them reads what it got with its own code; nothing here parses the wire.
 */

export type Question = {
  model: string;
  system?: string;
  text: string;
  /** An image as base64 PNG beside the text. */
  png?: string;
  tools?: readonly { name: string; parameters: Record<string, unknown> }[];
  /** An earlier turn: the model called this tool and got this result. */
  earlier?: { tool: string; arguments: Record<string, unknown>; result: string };
  maxTokens?: number;
  think?: boolean;
};

export type Heard = {
  text: string;
  thinking: string;
  calls: { name: string; arguments: unknown }[];
  stop: string | null;
  usage: { input: number; output: number; cached: number };
};

export type Client = {
  /** One whole answer. */
  ask(question: Question): Promise<Heard>;
  /** The same, streamed and put together by the client's own helper. `onText` hears each delta. */
  stream(question: Question, options?: { signal?: AbortSignal; onText?: (text: string) => void }): Promise<Heard>;
};

export type ClientName = 'messages' | 'responses' | 'chat';

export type Door = {
  /** Ends before `/v1`. */
  anthropicUrl: string;
  /** Ends with `/v1`. */
  openaiUrl: string;
  key: string;
};

/** Clients that never try again: a test sees the first answer. */
export function officialClients({ anthropicUrl, openaiUrl, key }: Door): Record<ClientName, Client> {
  const anthropic = new Anthropic({ baseURL: anthropicUrl, apiKey: key, authToken: null, maxRetries: 0 });
  const openai = new OpenAI({ baseURL: openaiUrl, apiKey: key, maxRetries: 0 });
  return { messages: messagesClient(anthropic), responses: responsesClient(openai), chat: chatClient(openai) };
}

function messagesClient(anthropic: Anthropic): Client {
  const body = (question: Question) => {
    const { earlier } = question;
    const image: Anthropic.ImageBlockParam[] =
      question.png === undefined
        ? []
        : [{ type: 'image', source: { type: 'base64', media_type: 'image/png', data: question.png } }];
    const history: Anthropic.MessageParam[] =
      earlier === undefined
        ? []
        : [
            {
              role: 'assistant',
              content: [{ type: 'tool_use', id: 'earlier_1', name: earlier.tool, input: earlier.arguments }],
            },
            {
              role: 'user',
              content: [{ type: 'tool_result', tool_use_id: 'earlier_1', content: earlier.result }],
            },
          ];
    return {
      model: question.model,
      max_tokens: question.maxTokens ?? 4096,
      ...(question.system === undefined ? {} : { system: question.system }),
      messages: [
        { role: 'user' as const, content: [{ type: 'text' as const, text: question.text }, ...image] },
        ...history,
      ],
      ...(question.tools === undefined
        ? {}
        : {
            tools: question.tools.map(({ name, parameters }) => ({
              name,
              input_schema: { ...parameters, type: 'object' as const },
            })),
          }),
      ...(question.think === true ? { thinking: { type: 'enabled' as const, budget_tokens: 2048 } } : {}),
    };
  };
  const heard = (message: Anthropic.Message): Heard => ({
    text: message.content.flatMap((block) => (block.type === 'text' ? [block.text] : [])).join(''),
    thinking: message.content.flatMap((block) => (block.type === 'thinking' ? [block.thinking] : [])).join(''),
    calls: message.content.flatMap((block) =>
      block.type === 'tool_use' ? [{ name: block.name, arguments: block.input }] : [],
    ),
    stop: message.stop_reason,
    usage: {
      input:
        message.usage.input_tokens +
        (message.usage.cache_read_input_tokens ?? 0) +
        (message.usage.cache_creation_input_tokens ?? 0),
      output: message.usage.output_tokens,
      cached: message.usage.cache_read_input_tokens ?? 0,
    },
  });
  return {
    ask: async (question) => heard(await anthropic.messages.create(body(question))),
    stream: async (question, options = {}) => {
      const { signal, onText } = options;
      const stream = anthropic.messages.stream(body(question), signal === undefined ? {} : { signal });
      if (onText !== undefined) stream.on('text', onText);
      return heard(await stream.finalMessage());
    },
  };
}

function responsesClient(openai: OpenAI): Client {
  const body = (question: Question) => {
    const { earlier } = question;
    const image: OpenAI.Responses.ResponseInputContent[] =
      question.png === undefined
        ? []
        : [{ type: 'input_image', detail: 'auto', image_url: `data:image/png;base64,${question.png}` }];
    const history: OpenAI.Responses.ResponseInputItem[] =
      earlier === undefined
        ? []
        : [
            {
              type: 'function_call',
              call_id: 'earlier_1',
              name: earlier.tool,
              arguments: JSON.stringify(earlier.arguments),
            },
            { type: 'function_call_output', call_id: 'earlier_1', output: earlier.result },
          ];
    const input: OpenAI.Responses.ResponseInput = [
      { role: 'user', content: [{ type: 'input_text', text: question.text }, ...image] },
      ...history,
    ];
    return {
      model: question.model,
      store: false,
      input,
      ...(question.system === undefined ? {} : { instructions: question.system }),
      ...(question.maxTokens === undefined ? {} : { max_output_tokens: question.maxTokens }),
      ...(question.tools === undefined
        ? {}
        : {
            tools: question.tools.map((tool) => ({ type: 'function' as const, strict: false, ...tool })),
          }),
      ...(question.think === true ? { reasoning: { effort: 'high' as const, summary: 'auto' as const } } : {}),
    };
  };
  const heard = (response: OpenAI.Responses.Response): Heard => ({
    text: response.output_text,
    thinking: response.output
      .flatMap((item) => (item.type === 'reasoning' ? item.summary.map(({ text }) => text) : []))
      .join(''),
    calls: response.output.flatMap((item) =>
      item.type === 'function_call' ? [{ name: item.name, arguments: JSON.parse(item.arguments) as unknown }] : [],
    ),
    stop: response.incomplete_details?.reason ?? response.status ?? null,
    usage: {
      input: response.usage?.input_tokens ?? 0,
      output: response.usage?.output_tokens ?? 0,
      cached: response.usage?.input_tokens_details.cached_tokens ?? 0,
    },
  });
  return {
    ask: async (question) => heard(await openai.responses.create(body(question))),
    stream: async (question, options = {}) => {
      const { signal, onText } = options;
      const stream = openai.responses.stream(body(question), signal === undefined ? {} : { signal });
      stream.on('response.output_text.delta', ({ delta }) => onText?.(delta));
      return heard(await stream.finalResponse());
    },
  };
}

function chatClient(openai: OpenAI): Client {
  const body = (question: Question) => {
    const { earlier } = question;
    const image: OpenAI.Chat.ChatCompletionContentPart[] =
      question.png === undefined
        ? []
        : [{ type: 'image_url', image_url: { url: `data:image/png;base64,${question.png}` } }];
    const messages: OpenAI.Chat.ChatCompletionMessageParam[] = [
      ...(question.system === undefined ? [] : [{ role: 'system' as const, content: question.system }]),
      { role: 'user', content: [{ type: 'text', text: question.text }, ...image] },
    ];
    if (earlier !== undefined) {
      const call = { name: earlier.tool, arguments: JSON.stringify(earlier.arguments) };
      messages.push({ role: 'assistant', tool_calls: [{ id: 'earlier_1', type: 'function', function: call }] });
      messages.push({ role: 'tool', tool_call_id: 'earlier_1', content: earlier.result });
    }
    return {
      model: question.model,
      messages,
      ...(question.maxTokens === undefined ? {} : { max_completion_tokens: question.maxTokens }),
      ...(question.tools === undefined
        ? {}
        : { tools: question.tools.map((tool) => ({ type: 'function' as const, function: tool })) }),
      ...(question.think === true ? { reasoning_effort: 'high' as const } : {}),
    };
  };
  const heard = (completion: OpenAI.Chat.ChatCompletion, thinking: string): Heard => {
    const [choice] = completion.choices;
    return {
      text: choice?.message.content ?? '',
      thinking,
      calls: (choice?.message.tool_calls ?? []).flatMap((call) =>
        call.type === 'function'
          ? [{ name: call.function.name, arguments: JSON.parse(call.function.arguments) as unknown }]
          : [],
      ),
      stop: choice?.finish_reason ?? null,
      usage: {
        input: completion.usage?.prompt_tokens ?? 0,
        output: completion.usage?.completion_tokens ?? 0,
        cached: completion.usage?.prompt_tokens_details?.cached_tokens ?? 0,
      },
    };
  };
  return {
    ask: async (question) => {
      const completion = await openai.chat.completions.create(body(question));
      return heard(completion, reasoningOf(completion.choices[0]?.message));
    },
    stream: async (question, options = {}) => {
      const { signal, onText } = options;
      const asked = { ...body(question), stream: true as const, stream_options: { include_usage: true } };
      const stream = openai.chat.completions.stream(asked, signal === undefined ? {} : { signal });
      let thinking = '';
      stream.on('chunk', (chunk) => {
        thinking += reasoningOf(chunk.choices[0]?.delta);
      });
      stream.on('content', (text) => onText?.(text));
      return heard(await stream.finalChatCompletion(), thinking);
    },
  };
}

/** `reasoning_content` is what local servers add; the client's types do not know it. */
function reasoningOf(message: object | undefined): string {
  if (message === undefined || !('reasoning_content' in message)) return '';
  return typeof message.reasoning_content === 'string' ? message.reasoning_content : '';
}
