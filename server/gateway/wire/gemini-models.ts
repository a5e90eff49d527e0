import type { JsonObject, ListedModel } from './wire.ts';

/** A page of models that is the whole list. */
export function encodeGeminiModels(models: readonly ListedModel[]): JsonObject {
  return { models: models.map(encodeGeminiModel) };
}

export function encodeGeminiModel(model: ListedModel): JsonObject {
  return {
    name: `models/${model.id}`,
    version: model.id,
    displayName: model.name,
    ...(model.contextTokens === undefined ? {} : { inputTokenLimit: model.contextTokens }),
    ...(model.maxOutputTokens === undefined ? {} : { outputTokenLimit: model.maxOutputTokens }),
    supportedGenerationMethods: ['generateContent', 'streamGenerateContent', 'countTokens'],
    thinking: model.capabilities.thinking,
  };
}

/** The answer to `countTokens`. */
export function encodeGeminiTokenCount(tokens: number): JsonObject {
  return { totalTokens: tokens };
}
