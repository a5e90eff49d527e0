import type { LlmProtocol } from '../core/llm-message.ts';
import type { ProviderKind, ProviderOptions, ProviderTimeouts } from '../core/provider.ts';

/** A provider as calls need it: opened, with its secrets in clear. Lives in memory only. */
export type OpenedProvider = {
  id: string;
  name: string;
  kind: ProviderKind;
  baseUrl: string;
  protocols: readonly LlmProtocol[];
  place: 'local' | 'remote';
  options: ProviderOptions;
  timeouts: ProviderTimeouts;
  key: string | undefined;
  /** Further headers of every call. */
  headers: Readonly<Record<string, string>>;
  /** Of a process on this machine that serves a model file. */
  socketPath?: string | undefined;
};

/** What can be asked of a provider. `generate` is a model call. */
export type ProviderOperation = 'generate' | 'count_tokens' | 'models';

export type CallAddress = {
  url: string;
  /** Say who calls; they win over whatever a client sent. */
  headers: Record<string, string>;
  /** For a client that did not say. */
  defaultHeaders: Record<string, string>;
  timeouts: ProviderTimeouts;
  socketPath?: string | undefined;
};

type Call = { protocol: LlmProtocol; operation: ProviderOperation; upstreamModel: string };

/** Where a call goes and how it identifies itself, for each kind of provider (docs/spec/gateway.md, GW78). */
export function callAddress(provider: OpenedProvider, call: Call): CallAddress {
  return {
    url: urlOf(provider, call),
    headers: { ...keyHeaders(provider, call.protocol), ...provider.headers },
    defaultHeaders: call.protocol === 'anthropic_messages' ? { 'anthropic-version': '2023-06-01' } : {},
    timeouts: provider.timeouts,
    ...(provider.socketPath === undefined ? {} : { socketPath: provider.socketPath }),
  };
}

const paths = {
  anthropic_messages: { generate: '/messages', count_tokens: '/messages/count_tokens', models: '/models' },
  openai_responses: { generate: '/responses', count_tokens: '/responses/input_tokens', models: '/models' },
  openai_chat: { generate: '/chat/completions', count_tokens: '/responses/input_tokens', models: '/models' },
} as const satisfies Record<LlmProtocol, Record<ProviderOperation, string>>;

function urlOf({ kind, baseUrl, options }: OpenedProvider, call: Call): string {
  const path = paths[call.protocol][call.operation];
  if (kind === 'local_gguf') return `http://local-model/v1${path}`;
  // People copy an address with and without its version.
  if (kind === 'anthropic') return `${baseUrl.replace(/\/v1$/, '')}/v1${path}`;
  if (kind === 'bedrock') return bedrockUrl(baseUrl, call.protocol, path);
  if (kind !== 'azure_openai') return `${baseUrl}${path}`;
  const root = `${baseUrl.replace(/\/openai(\/v1)?$/, '')}/openai`;
  if (options.apiVersion === undefined) return `${root}/v1${path}`;
  const deployment = call.operation === 'models' ? '' : `/deployments/${encodeURIComponent(call.upstreamModel)}`;
  return `${root}${deployment}${path}?api-version=${encodeURIComponent(options.apiVersion)}`;
}

/** Amazon Bedrock's own endpoint: Messages below `/anthropic`, OpenAI's protocols below `/v1` or, for OpenAI's models, `/openai/v1`. */
function bedrockUrl(baseUrl: string, protocol: LlmProtocol, path: string): string {
  const root = baseUrl.replace(/\/(?:(?:openai\/|anthropic\/)?v1|openai|anthropic)$/, '');
  if (protocol === 'anthropic_messages') return `${root}/anthropic/v1${path}`;
  return /\/openai(?:\/v1)?$/.test(baseUrl) ? `${root}/openai/v1${path}` : `${root}/v1${path}`;
}

function keyHeaders({ kind, key }: OpenedProvider, protocol: LlmProtocol): Record<string, string> {
  if (key === undefined) return {};
  if (kind === 'azure_openai') return { 'api-key': key };
  if (kind === 'anthropic') return { 'x-api-key': key };
  // A server that speaks Messages beside its own protocol looks for the key in one of the two.
  if (protocol === 'anthropic_messages') return { 'x-api-key': key, authorization: `Bearer ${key}` };
  return { authorization: `Bearer ${key}` };
}
