import * as acp from '@agentclientprotocol/sdk';
import type { ModelClient, OfferedModel } from './model-client.ts';
import { ModelError } from './model-error.ts';

/** Which model a session uses, and how much it is to think. */
export type ModelChoice = {
  options(): acp.SessionConfigOption[];
  /** @throws RequestError for what is not offered */
  set(configId: string, value: unknown): void;
  /** @throws ModelError when there is no model */
  model(signal: AbortSignal): Promise<OfferedModel>;
  /** Effort as a member of a request, for models that take it. */
  effortFor(model: OfferedModel): { effort?: string };
  chosen(): { model?: string; effort?: string };
};

const efforts = ['low', 'medium', 'high'] as const;

/** The choice of a session among the models that the gateway offers now. */
export async function createModelChoice(
  client: ModelClient,
  given: { model?: string | undefined; effort?: string | undefined },
): Promise<ModelChoice> {
  let { model: chosen, effort } = given;
  // A gateway that does not answer now may do so when the model is asked.
  let offered = await client.models().catch(() => []);
  // What the gateway knows under another name, or not at all, is for it to say.
  const asked = () => (chosen === undefined ? undefined : { id: chosen, name: chosen });
  const current = (): OfferedModel | undefined =>
    offered.find(({ id }) => id === chosen) ?? asked() ?? offered.find(takesTools) ?? offered[0];
  return {
    options: () => {
      const model = current();
      if (model === undefined) return [];
      return [modelOption(model, offered), ...(takesEffort(model) ? [effortOption(effort)] : [])];
    },
    set(configId, value) {
      if (configId === 'model')
        chosen = known(
          value,
          offered.map(({ id }) => id),
        );
      else if (configId === 'effort') effort = known(value, ['default', ...efforts]);
      else throw acp.RequestError.invalidParams(undefined, `there is no option ${configId}`);
    },
    async model(signal) {
      offered = await client.models(signal);
      const model = current();
      if (model !== undefined) return model;
      throw new ModelError('final', 'No model is set up. An admin adds one under Settings › Providers and models.');
    },
    effortFor: (model) => (effort !== undefined && effort !== 'default' && takesEffort(model) ? { effort } : {}),
    chosen: () => ({ ...(chosen === undefined ? {} : { model: chosen }), ...(effort === undefined ? {} : { effort }) }),
  };
}

const takesTools = ({ takes }: OfferedModel) => takes?.tools ?? true;
const takesEffort = ({ takes }: OfferedModel) => takes?.effort ?? false;

function known(value: unknown, offered: readonly string[]): string {
  const found = offered.find((each) => each === value);
  if (found !== undefined) return found;
  throw acp.RequestError.invalidParams(
    undefined,
    `${String(value)} is not offered; choose one of: ${offered.join(', ')}`,
  );
}

function modelOption(current: OfferedModel, offered: readonly OfferedModel[]): acp.SessionConfigOption {
  const all = offered.some(({ id }) => id === current.id) ? offered : [current, ...offered];
  return {
    type: 'select',
    id: 'model',
    name: 'Model',
    category: 'model',
    currentValue: current.id,
    options: all.map(({ id, name }) => ({ value: id, name })),
  };
}

function effortOption(current: string | undefined): acp.SessionConfigOption {
  return {
    type: 'select',
    id: 'effort',
    name: 'Effort',
    category: 'thought_level',
    currentValue: current ?? 'default',
    options: ['default', ...efforts].map((value) => ({
      value,
      name: `${value.charAt(0).toUpperCase()}${value.slice(1)}`,
    })),
  };
}
