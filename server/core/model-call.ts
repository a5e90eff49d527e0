import type { LlmError, LlmProtocol, LlmUsage } from './llm-message.ts';
import type { TeamRole } from './permissions.ts';
import type { ProviderKind } from './provider.ts';

/** Who makes a model call: always a person, by a token of theirs or by a run that works for them. */
export type ModelCaller = {
  key: { kind: 'run' | 'token'; id: string };
  person: { id: string; name: string; email: string };
  teamId: string;
  role: TeamRole;
  projectId?: string;
  sessionId?: string;
  run?: { id: string; agent: string };
  /** `guard`: not the run's agent asks, but the guard about what the agent wants to do. */
  purpose?: 'guard';
};

/** Tokens priced by kind, in micro-USD for a million tokens (so that 3 USD a million is 3,000,000). */
export type ModelPrice = { input: number; output: number; cacheRead?: number; cacheWrite?: number; long?: LongPrice };

/** What all of a call costs whose input has more tokens than that, in percent of its usual price: of the input, cached or not, and of the output. */
export type LongPrice = { aboveTokens: number; inputPercent: number; outputPercent: number };

export type ModelCapabilities = { tools: boolean; images: boolean; thinking: boolean; streaming: boolean };

/** One model at one provider, as a call can be sent to it. */
export type ModelTarget = {
  modelId: string;
  providerId: string;
  providerName: string;
  kind: ProviderKind;
  /** `local`: nothing leaves the installation's own network. */
  place: 'local' | 'remote';
  protocol: LlmProtocol;
  /** All that the provider speaks, `protocol` first: a call in one of them is passed on as it came. */
  protocols: readonly LlmProtocol[];
  /** The name the provider knows it by. */
  upstreamModel: string;
  /** Undefined: not known. */
  contextTokens?: number;
  maxOutputTokens?: number;
  capabilities: ModelCapabilities;
  /** Undefined: unpriced, which is shown and never counted as free. */
  price?: ModelPrice;
};

/** Where something was found: in which text of the request or the answer, counted from 0, at which UTF-16 unit of it. */
export type FoundPlace = { role: string; text: number; start: number };

/** What was found in a request, without any of it. */
export type FoundClass = {
  class: string;
  detector: string;
  count: number;
  action: 'block' | 'mask' | 'warn' | 'allow';
  /** Found in what the model answered, and not in what it was asked. */
  inAnswer?: true;
  /** The first of them, by place; records of earlier versions have none. */
  places?: readonly FoundPlace[];
};

/** What a policy said, for the record and for people. */
export type PolicyWord = { effect: 'allow' | 'deny'; rules: { id: string; title: string; advice?: string }[] };

/** How a call ended, for the record. */
export type ModelCallOutcome =
  | { state: 'succeeded'; usage: LlmUsage; isEstimate: boolean }
  | { state: 'cancelled'; usage: LlmUsage; isEstimate: boolean }
  | { state: 'failed'; error: LlmError; usage?: LlmUsage; isEstimate: boolean };
