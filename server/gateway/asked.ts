import type { IncomingHttpHeaders, ServerResponse } from 'node:http';
import type { ClientProtocol } from '../core/llm-message.ts';
import type { ModelCaller } from '../core/model-call.ts';
import type { ClientWire, JsonObject, RequestFacts, TextPlace } from './wire/wire.ts';

/** `count_tokens` sends the whole request to the provider as well, so it passes every stage that a call does. */
export type Operation = 'generate' | 'count_tokens';

export type ReadBody = { body: JsonObject; /** As it was unpacked. */ sizeBytes: number };

/** A request at the door, before anything of it is trusted or read. */
export type Asked = {
  /** The id of the request in logs, traces and the record. */
  requestId: string;
  protocol: ClientProtocol;
  operation: Operation;
  /** Of `performance.now()`, when it came to the door. */
  startedAtMs: number;
  /** The key as the client sent it; empty without one. */
  secret: string;
  headers: IncomingHttpHeaders;
  /** The client's network address. */
  address: string | undefined;
  /** What follows the path, with its question mark. */
  search: string;
  /** The run whose own door it came through. */
  runId?: string | undefined;
  /** Reads the body once somebody is known to send it. @throws AppError */
  readBody(): Promise<ReadBody>;
  reply: ServerResponse;
  /** Fires when the client hung up. */
  signal: AbortSignal;
};

/** A request that is known: who asks, and what. */
export type Request = {
  asked: Asked;
  wire: ClientWire;
  caller: ModelCaller;
  body: JsonObject;
  sizeBytes: number;
  facts: RequestFacts;
  /** Every text that the model would read. */
  texts: readonly TextPlace[];
};
