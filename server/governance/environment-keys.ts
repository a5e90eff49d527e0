import type { Env } from '../platform/env.ts';

/** The rows of providers that the environment gives; their ids never change. */
export const environmentProviderIds = {
  anthropic: 'prv_env_anthropic',
  openai: 'prv_env_openai',
  openai_compatible: 'prv_env_compatible',
} as const;

/** What the environment says of a provider with such an id: present with its key, or undefined when it says nothing. */
export function environmentKey(id: string, given: Env['providers']): { key: string | undefined } | undefined {
  switch (id) {
    case environmentProviderIds.anthropic:
      return given.anthropicKey === undefined ? undefined : { key: given.anthropicKey };
    case environmentProviderIds.openai:
      return given.openaiKey === undefined ? undefined : { key: given.openaiKey };
    case environmentProviderIds.openai_compatible:
      return given.openaiCompatibleUrl === undefined ? undefined : { key: undefined };
    default:
      return undefined;
  }
}
