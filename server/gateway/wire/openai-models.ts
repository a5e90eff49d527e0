import type { JsonObject, ListedModel } from './wire.ts';

/** The list of models as `GET /models` gives it. */
export function encodeOpenAiModels(models: readonly ListedModel[]): JsonObject {
  return { object: 'list', data: models.map(encodeOpenAiModel) };
}

/** `context_length` is no member of OpenAI's; clients of many providers read it where it is. */
export function encodeOpenAiModel(model: ListedModel): JsonObject {
  return {
    id: model.id,
    object: 'model',
    created: Math.floor(model.createdAt.getTime() / 1000),
    owned_by: model.providerName,
    name: model.name,
    ...(model.contextTokens === undefined ? {} : { context_length: model.contextTokens }),
  };
}
