import { AppError } from '../core/errors.ts';
import type { ModelCaller } from '../core/model-call.ts';
import { listModels, type ListedModel } from '../governance/model-routes.ts';
import type { ClientWire, JsonObject, ListedModel as WireModel } from './wire/wire.ts';

/** The models a caller may ask for, as the clients of each protocol read them. */

/** Clients want a date of each model, and none is kept. */
const since = new Date(Date.UTC(2025, 0, 1));

export async function modelList(caller: ModelCaller, wire: ClientWire): Promise<JsonObject> {
  return wire.encodeModels((await listModels(caller.teamId)).map(shown));
}

/** @throws AppError `not_found` */
export async function modelEntry(caller: ModelCaller, wire: ClientWire, id: string): Promise<JsonObject> {
  const model = (await listModels(caller.teamId)).find(({ alias }) => alias === id);
  if (!model) throw new AppError('not_found', `There is no model "${id.slice(0, 100)}" here.`);
  return wire.encodeModel(shown(model));
}

function shown({
  alias,
  description,
  contextTokens,
  maxOutputTokens,
  providers,
  capabilities,
}: ListedModel): WireModel {
  return {
    id: alias,
    name: description === '' ? alias : description,
    providerName: providers[0] ?? 'ensemble',
    createdAt: since,
    capabilities,
    ...(contextTokens === undefined ? {} : { contextTokens }),
    ...(maxOutputTokens === undefined ? {} : { maxOutputTokens }),
  };
}
