import { agentMount, installedAvailability, installFolder, programInside } from '../installed-agent.ts';
import type { AgentProfile, AgentStart } from '../registry.ts';

const name = 'opencode';
const title = 'OpenCode';
const configFile = '/etc/opencode/ensemble.json';
const instructionsFile = '/etc/opencode/instructions.md';

/**
 * OpenCode, for models of any provider. Its tools ask by the protocol before they act. A plugin that lies in the repository is run
 * whatever it is told, so what holds it is the box.
 */
export const openCode: AgentProfile = {
  name,
  title,
  description: 'An open-source coding agent for any model. It works in a copy of the project of its own.',
  needsModel: true,
  modes: { ask: 'build', plan: 'plan', edit: 'build', auto: 'build' },
  defaultMode: 'edit',
  work: 'rw',
  home: 'folder',
  command: () => [programInside(name), 'acp'],
  mounts: () => [[installFolder(name), agentMount]],
  env: ({ models }) => ({
    OPENCODE_CONFIG: configFile,
    OPENCODE_DISABLE_PROJECT_CONFIG: '1',
    OPENCODE_PURE: '1',
    OPENCODE_DISABLE_AUTOUPDATE: '1',
    OPENCODE_DISABLE_MODELS_FETCH: '1',
    OPENCODE_DISABLE_LSP_DOWNLOAD: '1',
    OPENCODE_DISABLE_DEFAULT_PLUGINS: '1',
    // What policy leaves open of instructions and skills is told by us.
    OPENCODE_DISABLE_CLAUDE_CODE: '1',
    OPENCODE_DISABLE_EXTERNAL_SKILLS: '1',
    ...(models && { ENSEMBLE_KEY: models.key }),
  }),
  homeFiles: () => ({}),
  systemFiles: (start) => ({ [configFile]: configOf(start), [instructionsFile]: start.instructions ?? '' }),
  sessionMeta: () => ({}),
  capabilities: { hostFiles: false, hostTerminals: false },
  available: () => Promise.resolve(installedAvailability(name, title)),
};

function configOf({ models, instructions, mcpServers = [] }: AgentStart): string {
  const model = models?.model ?? '';
  return JSON.stringify({
    $schema: 'https://opencode.ai/config.json',
    autoupdate: false,
    share: 'disabled',
    enabled_providers: ['ensemble'],
    model: `ensemble/${model}`,
    small_model: `ensemble/${model}`,
    provider: {
      ensemble: {
        npm: '@ai-sdk/openai-compatible',
        name: 'Ensemble',
        options: { baseURL: models?.openAiUrl, apiKey: '{env:ENSEMBLE_KEY}' },
        models: { [model]: { name: model, tool_call: true } },
      },
    },
    ...(instructions && { instructions: [instructionsFile] }),
    permission: {
      edit: 'ask',
      bash: 'ask',
      webfetch: 'deny',
      external_directory: 'deny',
      // Its names of their tools begin with the server's.
      ...Object.fromEntries(mcpServers.map(({ name: server }) => [`${server}_*`, 'ask'])),
    },
    // A denial is an answer, and the turn goes on.
    experimental: { continue_loop_on_deny: true },
  });
}
