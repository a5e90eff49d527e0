import type { JsonObject, ListedModel } from './wire.ts';

/** The list of models as `GET /models` gives it. */
export function encodeOpenAiModels(models: readonly ListedModel[]): JsonObject {
  return { object: 'list', data: models.map(encodeOpenAiModel) };
}

/**
 * What a model takes is told by members that OpenAI does not have, under the names that clients of many providers read where
 * they are.
 */
export function encodeOpenAiModel(model: ListedModel): JsonObject {
  const { capabilities } = model;
  return {
    id: model.id,
    object: 'model',
    created: Math.floor(model.createdAt.getTime() / 1000),
    owned_by: model.providerName,
    name: model.name,
    ...(model.contextTokens === undefined ? {} : { context_length: model.contextTokens }),
    architecture: {
      input_modalities: ['text', ...(capabilities.images ? ['image'] : [])],
      output_modalities: ['text'],
    },
    supported_parameters: [
      ...(capabilities.tools ? ['tools', 'tool_choice'] : []),
      ...(capabilities.thinking ? ['reasoning_effort'] : []),
    ],
  };
}

/** OpenAI's protocols ask for no count; the words are those of Responses' usage. */
export function encodeOpenAiTokenCount(tokens: number): JsonObject {
  return { input_tokens: tokens };
}
