import { isAppError } from '../core/errors.ts';
import { Untranslatable, type LlmError, type LlmRequest } from '../core/llm-message.ts';
import type { ModelTarget } from '../core/model-call.ts';
import type { ProviderKind } from '../core/provider.ts';
import type { SseEvent } from '../platform/sse.ts';
import { partFilter } from './part-filter.ts';
import { partOrder } from './part-order.ts';
import type { ClientWire, Dialect, JsonObject, ReplyForm, StreamFilter, StreamListener, Wire } from './wire/wire.ts';

/** What a translated request depends on of the model that it goes to. */
export type TranslationTarget = Pick<ModelTarget, 'upstreamModel' | 'maxOutputTokens' | 'capabilities' | 'kind'>;

/** The client speaks one protocol and the upstream another. */
export type Translation = {
  /** @throws Untranslatable, AppError `invalid` */
  request(body: JsonObject, target: TranslationTarget): JsonObject;
  /** A whole answer. @throws Untranslatable or AppError when the client's protocol cannot show it */
  response(body: JsonObject): JsonObject;
  /** Like `streamPass`, from the upstream's events to the client's. An answer that cannot be shown ends with an error event. */
  stream(filter: StreamFilter, tell: StreamListener): (event: SseEvent) => SseEvent[];
};

/** Translates between two protocols through the neutral vocabulary; `reply` is what the client's request said of its answer. */
export function translate(client: ClientWire, upstream: Wire, reply: ReplyForm): Translation {
  return {
    request: (body, target) => {
      const translated = upstream.encodeRequest(fitted(client.decodeRequest(body), target), dialectOf(target));
      upstream.address(translated, target.upstreamModel);
      return translated;
    },
    response: (body) => client.encodeResponse(upstream.decodeResponse(body), reply),
    stream: (filter, tell) => {
      const decode = upstream.streamDecoder();
      const stages = [partOrder(), partFilter(filter, tell)];
      const encode = client.streamEncoder(reply);
      const next = (event: SseEvent) =>
        stages
          .reduce((events, stage) => events.flatMap((one) => stage(one)), decode(event))
          .flatMap((one) => encode(one));
      return endingWithError(next, client, tell);
    },
  };
}

const makers: ReadonlySet<ProviderKind> = new Set(['anthropic', 'openai', 'azure_openai']);

const dialectOf = ({ kind }: TranslationTarget): Dialect => (makers.has(kind) ? 'original' : 'compatible');

/** The limit of a model that writes less is its limit; a model that does not think is not told how hard to. */
function fitted(request: LlmRequest, target: TranslationTarget): LlmRequest {
  const { thinking, maxOutputTokens, ...rest } = request;
  const limit = lower(maxOutputTokens, target.maxOutputTokens);
  return {
    ...rest,
    model: target.upstreamModel,
    ...(limit === undefined ? {} : { maxOutputTokens: limit }),
    ...(thinking === undefined || !target.capabilities.thinking ? {} : { thinking }),
  };
}

function lower(asked: number | undefined, possible: number | undefined): number | undefined {
  return asked === undefined || possible === undefined ? (asked ?? possible) : Math.min(asked, possible);
}

/** What cannot be read or shown is the stream's error, and nothing comes after it. */
function endingWithError(next: (event: SseEvent) => SseEvent[], client: ClientWire, tell: StreamListener): typeof next {
  let isOver = false;
  return (event) => {
    if (isOver) return [];
    try {
      return next(event);
    } catch (cause) {
      if (!isAppError(cause) && !(cause instanceof Untranslatable)) throw cause;
      isOver = true;
      const error: LlmError = { kind: 'upstream', message: cause.message };
      tell.onError(error);
      return client.streamError(error);
    }
  };
}
