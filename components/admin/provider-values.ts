import type { RouterOutputs } from '@/components/router-outputs.ts';
import { defaultTimeouts, providerKindFacts, type ProviderKind } from '@/server/core/provider.ts';
import type { LlmProtocol } from '@/server/core/llm-message.ts';

export type Provider = RouterOutputs['providers']['list'][number];
export type Model = RouterOutputs['providers']['models'][number];

/** What the form of a provider holds: texts as they are typed. */
export type ProviderValues = {
  kind: ProviderKind;
  name: string;
  baseUrl: string;
  key: string;
  place: 'local' | 'remote';
  protocols: LlmProtocol[];
  apiVersion: string;
  modelFile: string;
  contextSize: number | '';
  /** `Name: value`, a line each. */
  headers: string;
  connectS: number | '';
  firstByteS: number | '';
  idleS: number | '';
};

const seconds = (ms: number) => ms / 1000;

export function newValues(kind: ProviderKind): ProviderValues {
  const facts = providerKindFacts[kind];
  return {
    kind,
    name: facts.label,
    baseUrl: facts.baseUrl,
    key: '',
    place: facts.place,
    protocols: [...facts.protocols],
    apiVersion: '',
    modelFile: '',
    contextSize: '',
    headers: '',
    connectS: seconds(defaultTimeouts.connectMs),
    firstByteS: seconds(defaultTimeouts.firstByteMs),
    idleS: seconds(defaultTimeouts.idleMs),
  };
}

export function valuesOf(provider: Provider): ProviderValues {
  return {
    kind: provider.kind,
    name: provider.name,
    baseUrl: provider.baseUrl,
    key: '',
    place: provider.place,
    protocols: [...provider.protocols],
    apiVersion: provider.options.apiVersion ?? '',
    modelFile: provider.options.modelFile ?? '',
    contextSize: provider.options.contextSize ?? '',
    headers: '',
    connectS: seconds(provider.connectTimeoutMs),
    firstByteS: seconds(provider.firstByteTimeoutMs),
    idleS: seconds(provider.idleTimeoutMs),
  };
}

/** `Name: value` lines as headers; undefined when nothing was entered, a text when a line is none. */
export function readHeaders(text: string): Record<string, string> | undefined | string {
  const lines = text.split('\n').filter((line) => line.trim() !== '');
  if (lines.length === 0) return undefined;
  const headers: Record<string, string> = {};
  for (const line of lines) {
    const at = line.indexOf(':');
    if (at < 1) return `“${line.trim()}” is no header. Write Name: value.`;
    headers[line.slice(0, at).trim()] = line.slice(at + 1).trim();
  }
  return headers;
}

const ms = (value: number | '', otherwise: number) => (value === '' ? otherwise : Math.round(value * 1000));

/** What is sent when the form is saved. */
export function inputOf(values: ProviderValues) {
  const headers = readHeaders(values.headers);
  return {
    name: values.name,
    baseUrl: values.baseUrl,
    place: values.place,
    protocols: values.protocols,
    apiVersion: values.apiVersion.trim() === '' ? null : values.apiVersion,
    modelFile: values.modelFile === '' ? null : values.modelFile,
    contextSize: values.contextSize === '' ? null : values.contextSize,
    ...(typeof headers === 'object' ? { headers } : {}),
    ...(values.key.trim() === '' ? {} : { key: values.key }),
    timeouts: {
      connectMs: ms(values.connectS, defaultTimeouts.connectMs),
      firstByteMs: ms(values.firstByteS, defaultTimeouts.firstByteMs),
      idleMs: ms(values.idleS, defaultTimeouts.idleMs),
    },
  };
}
