import { agentMount, installedAvailability, installFolder, programInside } from '../installed-agent.ts';
import type { AgentProfile, AgentStart } from '../registry.ts';

const name = 'gemini-cli';
const title = 'Gemini CLI';

/** No file of a repository is read by this name: its own are not looked for in a folder that is not trusted. */
const instructionsFile = 'ENSEMBLE.md';

/** Tools that reach for a network that is not there, hand work to agents that ask nobody, or change how it works by themselves. */
const closedTools = [
  'google_web_search',
  'web_fetch',
  'invoke_agent',
  'activate_skill',
  'enter_plan_mode',
  'save_memory',
];

/**
 * Google's Gemini CLI, for models of any provider. It asks by the protocol before it acts.
 * The folder that it works in is not trusted: nothing that the repository says of its settings, environment, servers, hooks, commands,
 * policies and skills counts then. It has no MCP servers for that, whoever listed them (docs/decisions/agents-in-a-box.md).
 */
export const geminiCli: AgentProfile = {
  name,
  title,
  description: 'Google’s coding agent, for any model. It has no MCP servers.',
  needsModel: true,
  modes: { ask: 'default', plan: 'plan', edit: 'default', auto: 'default' },
  defaultMode: 'edit',
  work: 'rw',
  home: 'folder',
  command: ({ node, models }) => [node, programInside(name), '--acp', ...(models ? ['--model', models.model] : [])],
  mounts: () => [[installFolder(name), agentMount]],
  env: ({ models }) => ({
    GEMINI_CLI_TRUST_WORKSPACE: 'false',
    // Without it the program starts itself again, with half of the machine's memory for itself.
    GEMINI_CLI_NO_RELAUNCH: 'true',
    GEMINI_TELEMETRY_ENABLED: 'false',
    // What is set is not looked for in files of the repository.
    GOOGLE_API_KEY: '',
    GOOGLE_CLOUD_PROJECT: '',
    GOOGLE_CLOUD_LOCATION: '',
    ...(models && { GOOGLE_GEMINI_BASE_URL: models.geminiUrl, GEMINI_API_KEY: models.key }),
  }),
  homeFiles: (start) => ({
    '.gemini/settings.json': settingsOf(start),
    '.gemini/policies/ensemble.toml': askAlways,
    ...(start.instructions ? { [`.gemini/${instructionsFile}`]: start.instructions } : {}),
  }),
  sessionMeta: () => ({}),
  // It takes the host's word that a file is not there for a fault, and so could make no new ones through it.
  capabilities: {
    hostFiles: false,
    hostTerminals: false,
    images: true,
    withoutMcpServers: 'Gemini CLI connects to none in a folder that it does not trust',
  },
  available: () => Promise.resolve(installedAvailability(name, title)),
};

/**
 * It asks about each of its tools. By itself it would look into files unasked, and run commands that it takes for harmless: a rule with
 * a pattern of arguments, which fits all of them, is the one way to be asked about those.
 */
const askAlways = ['*', 'run_shell_command']
  .map((tool) => `[[rule]]\ntoolName = "${tool}"\nargsPattern = ".*"\ndecision = "ask_user"\npriority = 999\n`)
  .join('\n');

function settingsOf({ models }: AgentStart): string {
  return JSON.stringify({
    general: {
      enableAutoUpdate: false,
      enableAutoUpdateNotification: false,
      checkpointing: { enabled: false },
      // What is denied or over budget is final; what may be tried again the gateway tries itself.
      maxAttempts: 2,
    },
    privacy: { usageStatisticsEnabled: false },
    telemetry: { enabled: false },
    security: {
      auth: { selectedType: 'gemini-api-key', enforcedType: 'gemini-api-key' },
      folderTrust: { enabled: false },
      disableYoloMode: true,
      disableAlwaysAllow: true,
    },
    // What it asks beside the conversation goes to the same model, since no other is known to be allowed.
    modelConfigs: {
      overrides: otherModels.map((model) => ({ match: { model }, modelConfig: { model: models?.model } })),
    },
    model: { name: models?.model, skipNextSpeakerCheck: true, disableLoopDetection: true },
    advanced: { ignoreLocalEnv: true, autoConfigureMemory: false },
    context: { fileName: instructionsFile, loadMemoryFromIncludeDirectories: false },
    tools: { exclude: closedTools, disableLLMCorrection: true, shell: { enableInteractiveShell: false } },
    experimental: { enableAgents: false },
    skills: { enabled: false },
    mcpServers: {},
    hooksConfig: { enabled: false },
    ide: { enabled: false },
  });
}

/** Names that it gives to what it asks models for by itself. */
const otherModels = ['base', 'chat-compression-default', 'context-snapshotter', 'agent-history-provider-summarizer'];
