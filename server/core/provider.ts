import type { LlmProtocol } from './llm-message.ts';

/** What a provider of models is: its kind, what it speaks, and how a test of it went (docs/spec/gateway.md, GW70 to GW89). */

export const providerKinds = [
  'anthropic',
  'openai',
  'openai_compatible',
  'azure_openai',
  'bedrock',
  'gemini',
  'local_gguf',
] as const;
export type ProviderKind = (typeof providerKinds)[number];

/** `people`: added on the page. `environment`: from variables of the process, not to be changed there. */
export type ProviderSource = 'people' | 'environment';

export type ProviderOptions = {
  /** Azure OpenAI: the `api-version` of every call. */
  apiVersion?: string;
  /** A file below `models/` in the data folder. */
  modelFile?: string;
  /** Tokens of context that a file is loaded with; memory grows with it. */
  contextSize?: number;
};

export type ProviderKindFacts = {
  label: string;
  /** What the form begins with. Empty: to be filled in. */
  baseUrl: string;
  baseUrlHint: string;
  /** What it speaks, the preferred one first. */
  protocols: readonly LlmProtocol[];
  place: 'local' | 'remote';
  needsKey: boolean;
};

/** What the page says of each kind, and what a new provider of it begins with. */
export const providerKindFacts: Record<ProviderKind, ProviderKindFacts> = {
  anthropic: {
    label: 'Anthropic',
    baseUrl: 'https://api.anthropic.com',
    baseUrlHint: 'Without /v1',
    protocols: ['anthropic_messages'],
    place: 'remote',
    needsKey: true,
  },
  openai: {
    label: 'OpenAI',
    baseUrl: 'https://api.openai.com/v1',
    baseUrlHint: 'With /v1',
    protocols: ['openai_responses', 'openai_chat'],
    place: 'remote',
    needsKey: true,
  },
  openai_compatible: {
    label: 'OpenAI-compatible server',
    baseUrl: '',
    baseUrlHint: 'With /v1, as the server’s own documentation gives it',
    protocols: ['openai_chat'],
    place: 'local',
    needsKey: false,
  },
  azure_openai: {
    label: 'Azure OpenAI',
    baseUrl: '',
    baseUrlHint: 'The resource’s endpoint: https://NAME.openai.azure.com',
    protocols: ['openai_chat'],
    place: 'remote',
    needsKey: true,
  },
  bedrock: {
    label: 'Amazon Bedrock',
    baseUrl: '',
    baseUrlHint: 'The region’s endpoint: https://bedrock-mantle.REGION.api.aws. With a Bedrock API key',
    protocols: ['anthropic_messages'],
    place: 'remote',
    needsKey: true,
  },
  gemini: {
    label: 'Google Gemini',
    baseUrl: 'https://generativelanguage.googleapis.com/v1beta/openai',
    baseUrlHint: 'Its OpenAI-compatible endpoint',
    protocols: ['openai_chat'],
    place: 'remote',
    needsKey: true,
  },
  local_gguf: {
    label: 'Model file on this machine',
    baseUrl: '',
    baseUrlHint: '',
    protocols: ['openai_chat'],
    place: 'local',
    needsKey: false,
  },
};

export const protocolLabels: Record<LlmProtocol, string> = {
  anthropic_messages: 'Anthropic Messages',
  openai_responses: 'OpenAI Responses',
  openai_chat: 'OpenAI chat completions',
};

/** What a test asked of a provider. */
export const probeNames = ['models', 'answer', 'streaming', 'tools', 'images'] as const;
export type ProbeName = (typeof probeNames)[number];

export type Probe = {
  name: ProbeName;
  protocol?: LlmProtocol;
  ok: boolean;
  elapsedMs: number;
  /** What came of it: the upstream's own words when it refused. */
  says: string;
};

/** How a test of a provider went. `models` are the names it listed, at most 500. */
export type ProviderTest = {
  at: string;
  ok: boolean;
  elapsedMs: number;
  upstreamModel?: string;
  probes: Probe[];
  models: string[];
};

/** How long a provider may take: to be connected to, until its answer begins, and between two pieces of it. */
export type ProviderTimeouts = { connectMs: number; firstByteMs: number; idleMs: number };

export const defaultTimeouts: ProviderTimeouts = { connectMs: 10_000, firstByteMs: 300_000, idleMs: 120_000 };
