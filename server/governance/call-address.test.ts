import { expect, test } from 'vitest';
import { defaultTimeouts } from '../core/provider.ts';
import { callAddress, type OpenedProvider } from './call-address.ts';

const provider = (more: Partial<OpenedProvider>): OpenedProvider => ({
  id: 'prv_1',
  name: 'One',
  kind: 'openai_compatible',
  baseUrl: 'http://127.0.0.1:8000/v1',
  protocols: ['openai_chat'],
  place: 'local',
  options: {},
  timeouts: defaultTimeouts,
  key: 'the-key',
  headers: {},
  ...more,
});
const generate = (protocol: 'openai_chat' | 'openai_responses' | 'anthropic_messages') =>
  ({ protocol, operation: 'generate', upstreamModel: 'gpt 5' }) as const;

test.each([
  ['https://api.anthropic.com', 'https://api.anthropic.com/v1/messages'],
  ['https://proxy.example/anthropic/v1', 'https://proxy.example/anthropic/v1/messages'],
])('[GW78] Anthropic at %s is called at %s', (baseUrl, url) => {
  const address = callAddress(provider({ kind: 'anthropic', baseUrl }), generate('anthropic_messages'));
  expect(address).toMatchObject({
    url,
    headers: { 'x-api-key': 'the-key' },
    defaultHeaders: { 'anthropic-version': '2023-06-01' },
  });
  const counting = { ...generate('anthropic_messages'), operation: 'count_tokens' } as const;
  expect(callAddress(provider({ kind: 'anthropic', baseUrl }), counting).url).toBe(`${url}/count_tokens`);
});

test('[GW78] Azure OpenAI is called by deployment with an api-version, and by its newer addresses without', () => {
  const baseUrl = 'https://our.openai.azure.com';
  const byDeployment = provider({ kind: 'azure_openai', baseUrl, options: { apiVersion: '2024-10-21' } });
  expect(callAddress(byDeployment, generate('openai_chat'))).toMatchObject({
    url: 'https://our.openai.azure.com/openai/deployments/gpt%205/chat/completions?api-version=2024-10-21',
    headers: { 'api-key': 'the-key' },
  });
  for (const copied of [baseUrl, `${baseUrl}/openai`, `${baseUrl}/openai/v1`]) {
    const newer = provider({ kind: 'azure_openai', baseUrl: copied });
    expect(callAddress(newer, generate('openai_responses')).url).toBe(`${baseUrl}/openai/v1/responses`);
  }
});

test('[GW78] Gemini and compatible servers are called with a Bearer key below their address', () => {
  const baseUrl = 'https://generativelanguage.googleapis.com/v1beta/openai';
  expect(callAddress(provider({ kind: 'gemini', baseUrl }), generate('openai_chat'))).toMatchObject({
    url: `${baseUrl}/chat/completions`,
    headers: { authorization: 'Bearer the-key' },
  });
  expect(callAddress(provider({}), generate('anthropic_messages'))).toMatchObject({
    url: 'http://127.0.0.1:8000/v1/messages',
    headers: { authorization: 'Bearer the-key', 'x-api-key': 'the-key' },
  });
});

test('[GW78] Amazon Bedrock is called by region with its own key: Messages and OpenAI’s protocols at addresses of their own', () => {
  const baseUrl = 'https://bedrock-mantle.eu-west-1.api.aws';
  for (const copied of [baseUrl, `${baseUrl}/v1`, `${baseUrl}/anthropic`, `${baseUrl}/anthropic/v1`])
    expect(callAddress(provider({ kind: 'bedrock', baseUrl: copied }), generate('anthropic_messages'))).toMatchObject({
      url: `${baseUrl}/anthropic/v1/messages`,
      headers: { 'x-api-key': 'the-key' },
      defaultHeaders: { 'anthropic-version': '2023-06-01' },
    });
  expect(callAddress(provider({ kind: 'bedrock', baseUrl }), generate('openai_chat'))).toMatchObject({
    url: `${baseUrl}/v1/chat/completions`,
    headers: { authorization: 'Bearer the-key' },
  });
  const ofOpenai = provider({ kind: 'bedrock', baseUrl: `${baseUrl}/openai/v1` });
  expect(callAddress(ofOpenai, generate('openai_responses')).url).toBe(`${baseUrl}/openai/v1/responses`);
});

test('[GW78] without a key none is sent, and further headers are', () => {
  const address = callAddress(provider({ key: undefined, headers: { 'X-Tenant': 't' } }), generate('openai_chat'));
  expect(address.headers).toEqual({ 'X-Tenant': 't' });
});
