import { setTimeout as wait } from 'node:timers/promises';
import { z } from 'zod';
import type { ChatMessage } from './chat-messages.ts';
import { eventData } from './event-lines.ts';
import { errorOfAnswer, ModelError } from './model-error.ts';
import { readAnswer, type Answer, type AnswerListener } from './read-answer.ts';

/** A model that the gateway offers. */
export type OfferedModel = {
  id: string;
  name: string;
  contextTokens?: number;
  /** What its provider says it takes; undefined when nothing is known. */
  takes?: { tools: boolean; effort: boolean; images: boolean };
};

export type ToolDefinition = {
  type: 'function';
  function: { name: string; description: string; parameters: Readonly<Record<string, unknown>> };
};

export type ChatRequest = {
  model: string;
  messages: readonly ChatMessage[];
  tools?: readonly ToolDefinition[];
  effort?: string;
};

/** The way to models. */
export type ModelClient = {
  /** @throws ModelError */
  models(signal?: AbortSignal): Promise<OfferedModel[]>;
  /**
   * Asks for one answer, and again when the way there fails before anything of it came.
   * @throws ModelError; the signal's reason when it aborts
   */
  ask(request: ChatRequest, listener: AnswerListener, signal: AbortSignal): Promise<Answer>;
};

const modelList = z.object({
  data: z.array(
    z.object({
      id: z.string(),
      name: z.string().optional().catch(undefined),
      context_length: z.number().int().positive().optional().catch(undefined),
      supported_parameters: z.array(z.string()).optional().catch(undefined),
      architecture: z
        .object({ input_modalities: z.array(z.string()) })
        .optional()
        .catch(undefined),
    }),
  ),
});

const attempts = 4;
const firstWaitMs = 500;
const longestWaitMs = 20_000;

export type ModelClientOptions = {
  /** What comes before `/chat/completions`. */
  url: string;
  key: string;
  /** Waits between attempts; a test's own passes at once. */
  pause?: (ms: number, signal: AbortSignal) => Promise<unknown>;
};

export function createModelClient(options: ModelClientOptions): ModelClient {
  const pause = options.pause ?? ((ms, signal) => wait(ms, undefined, { signal }));
  const headers = { 'content-type': 'application/json', authorization: `Bearer ${options.key}` };
  const send = async (path: string, init: RequestInit): Promise<Response> => {
    const response = await fetch(`${options.url}${path}`, { ...init, headers }).catch((cause: unknown) => {
      init.signal?.throwIfAborted();
      throw new ModelError('again', 'The gateway could not be reached.', { cause });
    });
    if (response.ok) return response;
    throw errorOfAnswer(response.status, response.headers, await response.text());
  };

  const askOnce = async (request: ChatRequest, listener: AnswerListener, signal: AbortSignal): Promise<Answer> => {
    const response = await send('/chat/completions', { method: 'POST', body: JSON.stringify(bodyOf(request)), signal });
    if (response.body === null) throw new ModelError('again', 'The gateway answered with nothing.');
    return readAnswer(unbroken(eventData(response.body), signal), listener);
  };

  return {
    async models(signal) {
      const response = await send('/models', signal === undefined ? {} : { signal });
      return modelList.parse(await response.json()).data.map(offered);
    },
    async ask(request, listener, signal) {
      for (let attempt = 1; ; attempt += 1) {
        const heard = watched(listener);
        try {
          return await askOnce(request, heard, signal);
        } catch (error) {
          signal.throwIfAborted();
          const mayTry = error instanceof ModelError && error.kind === 'again' && !heard.hasHeard();
          if (!mayTry || attempt === attempts) throw error;
          await pause(error.retryAfterMs ?? backoffMs(attempt), signal);
        }
      }
    },
  };
}

function bodyOf({ model, messages, tools, effort }: ChatRequest) {
  return {
    model,
    messages,
    stream: true,
    stream_options: { include_usage: true },
    ...(tools === undefined || tools.length === 0 ? {} : { tools }),
    ...(effort === undefined ? {} : { reasoning_effort: effort }),
  };
}

function offered({
  id,
  name,
  context_length,
  supported_parameters,
  architecture,
}: z.infer<typeof modelList>['data'][number]): OfferedModel {
  const takes = supported_parameters && {
    tools: supported_parameters.includes('tools'),
    effort: supported_parameters.includes('reasoning_effort'),
    images: architecture?.input_modalities.includes('image') ?? false,
  };
  return {
    id,
    name: name ?? id,
    ...(context_length === undefined ? {} : { contextTokens: context_length }),
    ...(takes === undefined ? {} : { takes }),
  };
}

/** Between half and the whole of a time that doubles, so that many runs do not come back at once. */
function backoffMs(attempt: number): number {
  const most = Math.min(longestWaitMs, firstWaitMs * 2 ** (attempt - 1));
  return most / 2 + (Math.random() * most) / 2;
}

/** A connection that breaks while the answer comes is the model's failure, in words. */
async function* unbroken(events: AsyncIterable<string>, signal: AbortSignal): AsyncGenerator<string> {
  try {
    yield* events;
  } catch (cause) {
    signal.throwIfAborted();
    throw new ModelError('again', 'The connection to the model broke before its answer was whole.', { cause });
  }
}

function watched(listener: AnswerListener): AnswerListener & { hasHeard(): boolean } {
  let heard = false;
  const note = (tell: (text: string) => Promise<void>) => (text: string) => {
    heard = true;
    return tell(text);
  };
  return {
    onText: note((text) => listener.onText(text)),
    onThought: note((text) => listener.onThought(text)),
    hasHeard: () => heard,
  };
}
