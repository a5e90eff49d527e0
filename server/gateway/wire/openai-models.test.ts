import { expect, test } from 'vitest';
import { encodeOpenAiModel } from './openai-models.ts';

const model = { id: 'large', name: 'Large', providerName: 'House', createdAt: new Date(0) };

test('a model says what it takes under the names that clients read', () => {
  const capabilities = { tools: true, images: true, thinking: true, streaming: true };
  expect(encodeOpenAiModel({ ...model, capabilities, contextTokens: 8_000 })).toMatchObject({
    id: 'large',
    context_length: 8_000,
    architecture: { input_modalities: ['text', 'image'] },
    supported_parameters: ['tools', 'tool_choice', 'reasoning_effort'],
  });
});

test('what it does not take is not said', () => {
  const capabilities = { tools: false, images: false, thinking: false, streaming: true };
  const shown = encodeOpenAiModel({ ...model, capabilities });
  expect(shown).toMatchObject({ architecture: { input_modalities: ['text'] }, supported_parameters: [] });
  expect(shown).not.toHaveProperty('context_length');
});
