import { describe, expect, it } from 'vitest';
import { adviceFor, decidingProbe } from './provider-advice.ts';
import type { Probe, ProviderTest } from './provider.ts';

const probe = (name: Probe['name'], says: string, ok = false): Probe => ({ name, ok, elapsedMs: 1, says });
const testOf = (...probes: Probe[]): ProviderTest => ({
  at: '2026-01-01T00:00:00.000Z',
  ok: decidingProbe({ probes })?.ok ?? false,
  elapsedMs: 1,
  models: [],
  probes,
});

describe('what to do about a provider that does not work', () => {
  it.each([
    ['401: {"error":{"message":"Incorrect API key"}}', /key is not accepted/],
    ['403: forbidden', /may not do this/],
    ['404: page not found', /\/v1/],
    ['402: no credit', /credit/],
    ['429: slow down', /in a while/],
    ['503: without a word', /itself fails/],
    ['127.0.0.1 was not reached: connect ECONNREFUSED 127.0.0.1:3559.', /Nothing listens/],
    ['models.example was not reached: self-signed certificate.', /safe connection/],
    ['The provider could not be connected to within 10 s.', /in time/],
  ])('[GW82] %s', (says, advice) => {
    expect(adviceFor(testOf(probe('models', says)))).toMatch(advice);
  });

  it('[GW82] says nothing of what works, and nothing that it does not know', () => {
    expect(adviceFor(testOf(probe('models', 'It listed 2 models.', true)))).toBeUndefined();
    expect(adviceFor(testOf(probe('models', '418: I am a teapot')))).toBeUndefined();
  });

  it('[GW82] goes by the answer where a model was asked, however the list of models went', () => {
    const test = testOf(probe('models', '404: no list', false), probe('answer', 'Works.', true));
    expect(test.ok).toBe(true);
    expect(adviceFor(test)).toBeUndefined();
    expect(adviceFor(testOf(probe('models', 'Listed', true), probe('answer', '401: no')))).toMatch(/key/);
  });
});
