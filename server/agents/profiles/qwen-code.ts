import { randomUUID } from 'node:crypto';
import { agentMount, installedAvailability, installFolder, programInside } from '../installed-agent.ts';
import type { AgentProfile, AgentStart } from '../registry.ts';

const name = 'qwen-code';
const title = 'Qwen Code';
const settingsFile = '/etc/qwen-code/settings.json';

/**
 * Qwen Code, for models of any provider. It reads and writes files through the host, and asks by the protocol before it acts. The
 * system's settings, which are ours, go before those of the repository.
 */
export const qwenCode: AgentProfile = {
  name,
  title,
  description: 'An open-source coding agent for any model. It needs 1.5 GB of memory for each run.',
  needsModel: true,
  modes: { ask: 'default', plan: 'plan', edit: 'default', auto: 'default' },
  defaultMode: 'edit',
  work: 'rw',
  home: 'folder',
  command: ({ node, instructions }) => [
    node,
    programInside(name),
    '--acp',
    ...(instructions ? ['--append-system-prompt', instructions] : []),
  ],
  mounts: () => [[installFolder(name), agentMount]],
  env: ({ models }) => ({
    QWEN_CODE_SYSTEM_SETTINGS_PATH: settingsFile,
    ...(models && {
      OPENAI_BASE_URL: models.openAiUrl,
      OPENAI_API_KEY: models.key,
      OPENAI_MODEL: models.model,
    }),
  }),
  homeFiles: () => ({}),
  systemFiles: (start) => ({ [settingsFile]: settingsOf(start) }),
  sessionMeta: () => ({}),
  capabilities: { hostFiles: true, hostTerminals: false },
  available: () => Promise.resolve(installedAvailability(name, title)),
};

function settingsOf({ models, mcpServers = [] }: AgentStart): string {
  return JSON.stringify({
    general: { disableAutoUpdate: true, disableUpdateNag: true, enableAutoUpdate: false },
    privacy: { usageStatisticsEnabled: false },
    telemetry: { enabled: false },
    security: { auth: { selectedType: 'openai', enforcedType: 'openai' }, folderTrust: { enabled: false } },
    model: { name: models?.model },
    // Tools of servers are in its model's list, instead of behind a tool that calls them.
    tools: { approvalMode: 'default', toolSearch: { enabled: false } },
    mcpServers: {},
    // What policy leaves open of instructions and skills is told by us; no file of a repository has a name that nobody knows.
    context: { fileName: `${randomUUID()}.md` },
    skills: { disabledLevels: ['project'] },
    mcp: { allowed: mcpServers.map(({ name: server }) => server) },
    hooksConfig: { enabled: false },
    disableAllHooks: true,
  });
}
