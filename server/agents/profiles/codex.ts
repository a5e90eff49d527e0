import path from 'node:path';
import { agentMount, installedAvailability, installFolder, programInside } from '../installed-agent.ts';
import type { McpRelay } from '../mcp/mcp-doors.ts';
import type { AgentProfile, AgentStart } from '../registry.ts';
import { hookTimeoutSeconds } from './claude-code.ts';

const name = 'codex';
const title = 'Codex';
const configHome = '/home/agent/codex';

/** The only mode that works inside our box, where Codex cannot make a sandbox of its own; the hook asks in all of them. */
const insideBox = 'agent-full-access';

/** OpenAI's Codex, by the adapter that lets it speak ACP. How its settings were found: docs/decisions/agents-in-a-box.md. */
export const codex: AgentProfile = {
  name,
  title,
  description: 'OpenAI’s coding agent. It reads, edits, writes and runs commands in a copy of the project of its own.',
  needsModel: true,
  // It knows the models of OpenAI by heart, and says of every other one that it does not.
  noise: /^Warning: Model metadata for `[^`]*` not found\./,
  modes: { ask: insideBox, plan: insideBox, edit: insideBox, auto: insideBox },
  defaultMode: 'edit',
  work: 'rw',
  home: 'folder',
  command: ({ node }) => [node, programInside(name)],
  mounts: () => [[installFolder(name), agentMount]],
  env: ({ models, instructions }) => ({
    CODEX_HOME: configHome,
    NO_BROWSER: '1',
    // Without it the adapter begins in a mode that the requirements refuse at the first prompt.
    INITIAL_AGENT_MODE: insideBox,
    // Else a server that the repository names hides the one of that name that it is given.
    DISABLE_MCP_CONFIG_FILTERING: 'true',
    CODEX_CONFIG: overridingConfig(instructions),
    ...(models && { CODEX_API_KEY: models.key }),
  }),
  homeFiles: (start) => ({ 'codex/config.toml': configOf(start) }),
  systemFiles: (start) => ({ '/etc/codex/requirements.toml': requirementsOf(start) }),
  sessionMeta: () => ({}),
  capabilities: {
    hostFiles: false,
    hostTerminals: false,
    steers: true,
    mergesMcpServers: true,
    images: true,
    efforts: ['low', 'medium', 'high'],
  },
  available: () => Promise.resolve(installedAvailability(name, title)),
};

/**
 * Settings that go before those of the repository. It reads neither `AGENTS.md` nor skills by itself: what policy leaves open of them
 * is told by us.
 */
function overridingConfig(instructions = ''): string {
  return JSON.stringify({
    project_doc_max_bytes: 0,
    skills: { include_instructions: false },
    ...(instructions !== '' && { developer_instructions: instructions }),
  });
}

/** A string of TOML; JSON's escapes are a part of its. */
const quoted = (text: string) => JSON.stringify(text);

function configOf({ models }: AgentStart): string {
  const effort = models?.effort === undefined ? '' : `model_reasoning_effort = ${quoted(models.effort)}\n`;
  return `model = ${quoted(models?.model ?? '')}
${effort}model_provider = "ensemble"
check_for_update_on_startup = false
web_search = "disabled"

[model_providers.ensemble]
name = "Ensemble"
base_url = ${quoted(models?.openAiUrl ?? '')}
wire_api = "responses"
env_key = "CODEX_API_KEY"
request_max_retries = 1
stream_max_retries = 1

[analytics]
enabled = false

[features]
plugins = false
multi_agent = false
goals = false

[shell_environment_policy]
inherit = "core"
exclude = ["*KEY*", "*TOKEN*"]
`;
}

/**
 * What neither the repository nor the agent can change. `unified_exec` brings a tool that types into a running shell and never
 * reaches the hook; it can be switched off only here, and hooks can be held on only here: a repository's own settings could switch
 * them off. An empty list of MCP servers keeps those of the repository from starting.
 */
function requirementsOf({ policyHook, mcpServers = [] }: AgentStart): string {
  return `allow_managed_hooks_only = true
allowed_sandbox_modes = ["read-only", "danger-full-access"]
allowed_approval_policies = ["never"]

[mcp_servers]
${mcpServers.map(allowedServer).join('')}${policyHook === undefined ? '' : hooksOf(policyHook)}
[features]
hooks = true
${closedFeatures.map((name) => `${name} = false`).join('\n')}
`;
}

/** A repository may name a server the same: only one that is started by our own program is. */
function allowedServer({ name, command }: McpRelay): string {
  return `\n[mcp_servers.${name}.identity]\ncommand = ${quoted(command)}\n`;
}

/** A repository may switch on what is not closed here; these bring tools that the hook does not see, or more than one agent. */
const closedFeatures = [
  'unified_exec',
  'plugins',
  'multi_agent',
  'multi_agent_v2',
  'agent_message_board',
  'runtime_agent_instances',
  'code_mode',
  'code_mode_only',
  'apps',
  'artifact',
  'browser_use',
  'computer_use',
  'deferred_executor',
  'goals',
  'image_generation',
  'request_permissions_tool',
  'send_message_to_user_async',
  'standalone_web_search',
];

function hooksOf(policyHook: string): string {
  return `
[hooks]
managed_dir = ${quoted(path.posix.dirname(policyHook))}

[[hooks.PreToolUse]]
matcher = ".*"

[[hooks.PreToolUse.hooks]]
type = "command"
command = ${quoted(policyHook)}
timeout = ${hookTimeoutSeconds}
`;
}
