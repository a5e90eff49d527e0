import type { JsonObject, ListedModel } from './wire.ts';

/** A page of models that is the whole list. */
export function encodeAnthropicModels(models: readonly ListedModel[]): JsonObject {
  return {
    data: models.map(encodeAnthropicModel),
    has_more: false,
    first_id: models[0]?.id ?? null,
    last_id: models.at(-1)?.id ?? null,
  };
}

/** What is not known of a model is null, and `capabilities` as a whole, of which only few are known. */
export function encodeAnthropicModel(model: ListedModel): JsonObject {
  return {
    type: 'model',
    id: model.id,
    display_name: model.name,
    created_at: model.createdAt.toISOString(),
    max_input_tokens: model.contextTokens ?? null,
    max_tokens: model.maxOutputTokens ?? null,
    capabilities: null,
  };
}

/** The answer to `count_tokens`. */
export function encodeAnthropicTokenCount(tokens: number): JsonObject {
  return { input_tokens: tokens };
}
