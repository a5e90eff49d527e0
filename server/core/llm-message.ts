/**
 * One vocabulary for what models are asked and what they answer, between the wire protocols of Anthropic (Messages) and
 * OpenAI (Responses, chat/completions). A protocol's own extras that another cannot say are not in it: who translates
 * refuses them by name (`Untranslatable`), never drops them in silence.
 */

export const llmProtocols = ['anthropic_messages', 'openai_responses', 'openai_chat'] as const;
export type LlmProtocol = (typeof llmProtocols)[number];

/** What clients may speak: the protocols of providers, and Google's (Gemini API), which is always translated. */
export const clientProtocols = [...llmProtocols, 'gemini'] as const;
export type ClientProtocol = (typeof clientProtocols)[number];

export type LlmImage = { source: 'base64'; mediaType: string; data: string } | { source: 'url'; url: string };

export type LlmPart =
  | { type: 'text'; text: string }
  | { type: 'image'; image: LlmImage; detail?: 'auto' | 'low' | 'high' }
  | { type: 'document'; mediaType: string; data: string; name?: string }
  /** What the model thought. Only the protocol (and provider) that made `proof` can take it back. */
  | {
      type: 'thinking';
      text: string;
      proof?: { protocol: LlmProtocol; value: string; id?: string };
      redacted?: boolean;
    }
  | { type: 'tool_call'; id: string; name: string; /** JSON text as the model wrote it. */ arguments: string }
  | { type: 'tool_result'; callId: string; content: readonly LlmPart[]; isError?: boolean }
  | { type: 'refusal'; text: string };

export type LlmMessage = { role: 'system' | 'user' | 'assistant'; parts: readonly LlmPart[] };

export type LlmTool = {
  name: string;
  description?: string;
  /** JSON Schema of the arguments. */
  parameters: Readonly<Record<string, unknown>>;
  strict?: boolean;
};

export type LlmToolChoice = 'auto' | 'none' | 'required' | { name: string };

export type LlmEffort = 'none' | 'minimal' | 'low' | 'medium' | 'high' | 'xhigh' | 'max';

export type LlmFormat =
  | { type: 'text' }
  | { type: 'json' }
  | { type: 'schema'; name: string; schema: Readonly<Record<string, unknown>>; strict?: boolean };

export type LlmRequest = {
  model: string;
  messages: readonly LlmMessage[];
  stream: boolean;
  tools?: readonly LlmTool[];
  toolChoice?: LlmToolChoice;
  parallelToolCalls?: boolean;
  maxOutputTokens?: number;
  temperature?: number;
  topP?: number;
  stop?: readonly string[];
  /** How much to think: by effort or by tokens. */
  thinking?: { effort?: LlmEffort; budgetTokens?: number; isShown?: boolean };
  format?: LlmFormat;
  seed?: number;
};

/** Why an answer ended. `paused`: the server's own tools stopped it and the client goes on. */
export type LlmStop = 'end' | 'length' | 'tool_calls' | 'stop_sequence' | 'refusal' | 'filtered' | 'paused';

/** Tokens as the upstream counted them. `input` is all of the input, the cached parts included. */
export type LlmUsage = {
  input: number;
  output: number;
  cacheRead?: number;
  cacheWrite?: number;
  /** Part of `output`. */
  thinking?: number;
};

export type LlmResponse = {
  id: string;
  model: string;
  parts: readonly LlmPart[];
  stop: LlmStop;
  stopSequence?: string;
  usage?: LlmUsage;
};

/**
 * A streamed answer: one `start`; then parts one after the other or side by side, each `part_start`, deltas, `part_end` under its
 * own `index`; one `end` or `error`. What a stream says about usage may come in pieces; the last word counts. A part begins
 * without text and arguments, which come as deltas; writers get their parts one after the other, numbered from 0.
 */
export type LlmStreamEvent =
  | { type: 'start'; id: string; model: string; usage?: LlmUsage }
  | { type: 'part_start'; index: number; part: LlmPart }
  | { type: 'text'; index: number; text: string }
  | { type: 'thinking'; index: number; text: string }
  | { type: 'thinking_proof'; index: number; proof: { protocol: LlmProtocol; value: string; id?: string } }
  | { type: 'arguments'; index: number; json: string }
  | { type: 'refusal'; index: number; text: string }
  | { type: 'part_end'; index: number }
  | { type: 'usage'; usage: LlmUsage }
  | { type: 'end'; stop: LlmStop; stopSequence?: string; usage?: LlmUsage }
  | { type: 'error'; error: LlmError };

/** What went wrong, in words every protocol has a code for. */
export type LlmErrorKind =
  | 'invalid_request'
  | 'authentication'
  | 'permission'
  | 'not_found'
  | 'too_large'
  /** More input than the model can take; clients make their conversation shorter and try again. */
  | 'context_length'
  | 'rate_limit'
  | 'overloaded'
  | 'upstream'
  | 'timeout'
  | 'budget'
  | 'policy';

export type LlmError = {
  kind: LlmErrorKind;
  message: string;
  /** Seconds after which it may be tried again. */
  retryAfterS?: number;
  /** By which support finds the request. */
  requestId?: string;
};

/** A request asks for something the target's protocol has no words for. The message names it and says what to do. */
export class Untranslatable extends Error {
  override name = 'Untranslatable';
}
