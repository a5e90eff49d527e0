import { listModels } from '../governance/model-routes.ts';
import type { AgentAvailability } from './registry.ts';

/** An agent that needs a model can work from the moment at which one is set up that calls tools. */
export async function modelAvailability(): Promise<AgentAvailability> {
  const models = await listModels('');
  if (models.some(({ capabilities }) => capabilities.tools)) return { ok: true };
  const fix = 'An admin adds a provider and a model under Settings › Models; then it works at once.';
  const reason =
    models.length === 0
      ? 'It needs a language model, and none is set up here yet.'
      : 'It needs a language model that calls tools, and none of those set up here does.';
  return { ok: false, reason, fix };
}
