import { expect, it } from 'vitest';
import { AppError } from '../core/errors.ts';
import { Untranslatable } from '../core/llm-message.ts';
import type { ModelTarget } from '../core/model-call.ts';
import { createBreaker } from './breaker.ts';
import { ForwardError } from './failure.ts';
import { forward, type Way } from './forward.ts';

const target = (name: string): ModelTarget => ({
  modelId: 'mdl_1',
  providerId: name,
  providerName: name,
  kind: 'openai_compatible',
  place: 'remote',
  protocol: 'openai_chat',
  protocols: ['openai_chat'],
  upstreamModel: 'm',
  capabilities: { tools: true, images: true, thinking: true, streaming: true },
});

function wayOf(prepare: Way['prepare']): Way & { asked: string[] } {
  const asked: string[] = [];
  const breaker = createBreaker();
  return {
    asked,
    prepare: (one) => {
      asked.push(one.providerName);
      return prepare(one);
    },
    breakerOf: () => breaker,
    signal: new AbortController().signal,
    retry: { tries: 3, firstPauseMs: 1, longestPauseMs: 1 },
  };
}

it('[GW11] a target that cannot be asked this, or was switched off just now, is followed by the next', async () => {
  const way = wayOf(async ({ providerName }) => {
    if (providerName === 'first') throw new AppError('unavailable', 'first was switched off just now.');
    throw new Untranslatable('The model takes no documents.');
  });
  const failing = forward([target('first'), target('second')], way);
  await expect(failing).rejects.toBeInstanceOf(ForwardError);
  await expect(failing).rejects.toMatchObject({
    error: { kind: 'invalid_request', message: 'The model takes no documents.' },
  });
  expect(way.asked).toEqual(['first', 'second']);
});

it('[GW14] nothing is sent for a caller who hung up before', async () => {
  const way = wayOf(async () => {
    throw new Error('prepared');
  });
  await expect(forward([target('first')], { ...way, signal: AbortSignal.abort() })).rejects.toMatchObject({
    name: 'AbortError',
  });
  expect(way.asked).toEqual([]);
});
