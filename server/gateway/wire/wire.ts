import type {
  ClientProtocol,
  LlmError,
  LlmProtocol,
  LlmRequest,
  LlmResponse,
  LlmStreamEvent,
  LlmUsage,
} from '../../core/llm-message.ts';
import type { ModelCapabilities } from '../../core/model-call.ts';
import type { SseEvent } from '../../platform/sse.ts';

/** A body of a protocol as JSON.parse gives it. Unknown members stay in it untouched. */
export type Json = null | boolean | number | string | Json[] | { [key: string]: Json };
export type JsonObject = { [key: string]: Json };

/** What a text is to the model: policies and masking treat them apart. */
export type TextRole =
  | 'system'
  | 'user'
  | 'assistant'
  | 'thinking'
  | 'tool_result'
  | 'tool_arguments'
  | 'tool_definition';

/**
 * A text within a body, which may be replaced in place. `isJson`: the text is JSON itself, and stays it.
 * `callId` joins the arguments of a tool call with its results, so that what was read is known by the path that was asked for.
 */
export type TextPlace = {
  role: TextRole;
  text: string;
  isJson: boolean;
  toolName?: string;
  callId?: string;
  replace(text: string): void;
  /** What it is a member of, and under which name: nothing below that is looked at again. */
  stands(): [holder: JsonObject | Json[], member: string | number];
};

/** What the pipeline must know of a request before it decides. */
export type RequestFacts = {
  model: string;
  stream: boolean;
  maxOutputTokens?: number;
  /** How many answers are asked for; left out: one. */
  answers?: number;
  /** As the neutral vocabulary names them. */
  toolNames: readonly string[];
  hasImages: boolean;
  reply: ReplyForm;
};

/** What a request says of the form of its answer that the neutral vocabulary has no word for: who writes the answer needs it. */
export type ReplyForm = {
  /** The client asked to be told of usage in the stream; where it must be asked for and was not, it is read and not shown. */
  showsUsage: boolean;
  /** Tools whose input is plain text and no JSON; in the neutral vocabulary a function with the one argument `input`. */
  textTools: readonly string[];
  /** Tools within a namespace, by their neutral name. */
  namespaced: Readonly<Record<string, { namespace: string; name: string }>>;
};

/** The form of an answer about which the request said nothing. */
export const plainReply: ReplyForm = { showsUsage: true, textTools: [], namespaced: {} };

/** A piece of streamed text. Pieces of one `channel` make one text; `isJson` for arguments of a tool call. */
export type StreamPiece = { channel: string; role: TextRole; isJson: boolean; toolName?: string; text: string };

/**
 * Sees the texts of a stream as they pass and may hold some back.
 * `push` returns what may go on now, `end` what was still held of a channel.
 */
export type StreamFilter = { push(piece: StreamPiece): string; end(channel: string): string };

/** A protocol as its maker's servers take it, or as any server that speaks it does. Left out: its maker's. */
export type Dialect = 'original' | 'compatible';

/** What passes by is told of: tokens whenever the upstream says some, one `onEnd` or one `onError` when it says how the answer ended. */
export type StreamListener = { onUsage(usage: LlmUsage): void; onEnd(): void; onError(error: LlmError): void };

/** A model as clients may choose it: `id` is the alias that they send. */
export type ListedModel = {
  id: string;
  name: string;
  providerName: string;
  createdAt: Date;
  /** Left out: not known. */
  contextTokens?: number;
  maxOutputTokens?: number;
  capabilities: ModelCapabilities;
};

/**
 * Reads what clients of one protocol ask and writes what they are answered. Nothing here decides, waits or knows who asks: values in,
 * values out. Functions that read untrusted bodies throw AppError `invalid` with the member and what is wrong with it.
 */
export type ClientWire = {
  protocol: ClientProtocol;
  readFacts(body: JsonObject): RequestFacts;
  /** Every text the model would read, in reading order. */
  requestTexts(body: JsonObject): TextPlace[];
  /** @throws Untranslatable when the neutral vocabulary has no word for what is asked */
  decodeRequest(body: JsonObject): LlmRequest;
  encodeResponse(response: LlmResponse, reply: ReplyForm): JsonObject;
  /** A stateful writer of one stream, including the protocol's own last event. */
  streamEncoder(reply: ReplyForm): (event: LlmStreamEvent) => SseEvent[];
  /** An error as this protocol's official clients expect it; the headers tell them whether and when to try again. */
  encodeError(error: LlmError): { status: number; headers: Readonly<Record<string, string>>; body: JsonObject };
  /** The list of models, and one of them, as this protocol's clients ask for them. */
  encodeModels(models: readonly ListedModel[]): JsonObject;
  encodeModel(model: ListedModel): JsonObject;
  /** The answer to who has tokens counted. */
  encodeTokenCount(tokens: number): JsonObject;
  /** The last event of a stream that breaks. */
  streamError(error: LlmError): SseEvent[];
};

/** A protocol that providers speak as well. */
export type Wire = ClientWire & {
  protocol: LlmProtocol;
  /** Gives the request another model name, and asks for usage in streams where that must be asked for. */
  address(body: JsonObject, model: string): void;
  /** Every text of a whole answer. */
  responseTexts(body: JsonObject): TextPlace[];
  readUsage(body: JsonObject): LlmUsage | undefined;
  /** @throws Untranslatable */
  encodeRequest(request: LlmRequest, dialect?: Dialect): JsonObject;
  decodeResponse(body: JsonObject): LlmResponse;
  /** A stateful reader of one stream: events of the wire in, neutral ones out. */
  streamDecoder(): (event: SseEvent) => LlmStreamEvent[];
  /**
   * A stateful pass through one stream of the same protocol: texts go through `filter`, all else stays as it came.
   * `onUsage` is told whatever the upstream says of tokens, `onEnd` once when the protocol says that the answer is whole,
   * `onError` when it says that it failed (the event itself goes on as it came).
   */
  streamPass(filter: StreamFilter, tell: StreamListener, reply: ReplyForm): (event: SseEvent) => SseEvent[];
  /** The error an upstream of this protocol answered; its words are kept exactly. */
  decodeError(status: number, body: string): LlmError;
};
