import { appMount, appMounts } from '../builtin/app-mount.ts';
import type { AgentProfile, AgentStart } from '../registry.ts';

/** Our own coding agent: a loop over the gateway for any model. */
export const assistant: AgentProfile = {
  name: 'assistant',
  title: 'Assistant',
  description: 'Ensemble’s own coding agent, with any model that is set up here, local ones included.',
  needsModel: true,
  modes: { ask: 'ask', plan: 'plan', edit: 'edit', auto: 'auto' },
  defaultMode: 'edit',
  work: 'ro',
  home: 'folder',
  command: ({ node }) => [node, `${appMount}/server/agents/builtin/assistant/main.ts`],
  mounts: appMounts,
  env: (start) => ({ LANG: 'C.UTF-8', TMPDIR: '/tmp', ...modelEnv(start) }),
  homeFiles: () => ({}),
  sessionMeta: () => ({}),
  capabilities: {
    hostFiles: true,
    hostTerminals: true,
    steers: true,
    images: true,
    efforts: ['low', 'medium', 'high'],
  },
  available: () => Promise.resolve({ ok: true }),
};

function modelEnv({ models }: AgentStart): Record<string, string> {
  if (models === undefined) return {};
  const { openAiUrl, key, model, effort } = models;
  return {
    ENSEMBLE_MODELS_URL: openAiUrl,
    ENSEMBLE_MODELS_KEY: key,
    ENSEMBLE_MODEL: model,
    ...(effort !== undefined && { ENSEMBLE_EFFORT: effort }),
  };
}
