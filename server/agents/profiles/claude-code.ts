import { agentMount, installedAvailability, installFolder, programInside } from '../installed-agent.ts';
import type { AgentProfile, AgentStart } from '../registry.ts';

const name = 'claude-code';
const title = 'Claude Code';

/**
 * Tools that would start work which nobody sees or outlives the turn, reach for a network that is not there, or leave the
 * worktree of the run.
 */
const closedTools = [
  'Monitor',
  'CronCreate',
  'CronDelete',
  'CronList',
  'ScheduleWakeup',
  'Workflow',
  'SendMessage',
  'WebFetch',
  'WebSearch',
  'EnterWorktree',
  'ExitWorktree',
  'Agent',
  'ListAgents',
];

/** Agents give up on a hook after its time and then run the tool, so the hook itself ends its wait well before. */
export const hookTimeoutSeconds = 600;

/** Anthropic's Claude Code, by the adapter that lets it speak ACP. How its settings were found: docs/decisions/agents-in-a-box.md. */
export const claudeCode: AgentProfile = {
  name,
  title,
  description:
    'Anthropic’s coding agent. It reads, edits, writes and runs commands in a copy of the project of its own.',
  needsModel: true,
  // The hook decides what may be done; what Claude Code calls its modes matters for what it tells its model.
  modes: { ask: 'default', plan: 'plan', edit: 'acceptEdits', auto: 'acceptEdits' },
  defaultMode: 'edit',
  work: 'rw',
  home: 'folder',
  command: ({ node }) => [node, programInside(name)],
  mounts: () => [[installFolder(name), agentMount]],
  env: (start) => ({ ...quiet, CLAUDE_CONFIG_DIR: '/home/agent/claude', ...modelOf(start) }),
  homeFiles: () => ({}),
  sessionMeta: (start) => ({
    // Without settings of the repository its CLAUDE.md is not read either.
    ...(start.instructions ? { systemPrompt: { append: start.instructions } } : {}),
    claudeCode: {
      options: {
        // Settings of the repository may redirect calls, run code at the start and switch off hooks.
        settingSources: [],
        strictMcpConfig: true,
        disallowedTools: closedTools,
        settings: settingsOf(start),
        ...(start.models?.effort !== undefined && { effort: start.models.effort }),
      },
    },
  }),
  capabilities: {
    hostFiles: false,
    hostTerminals: false,
    steers: true,
    images: true,
    efforts: ['low', 'medium', 'high'],
  },
  available: () => Promise.resolve(installedAvailability(name, title)),
};

/**
 * Nothing is called but models. Its own wiping of the environment stays off: it puts every command into a further sandbox,
 * which cannot start in ours, and leaves empty files in the worktree.
 */
const quiet: Readonly<Record<string, string>> = {
  CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC: '1',
  DISABLE_TELEMETRY: '1',
  DISABLE_AUTOUPDATER: '1',
  DISABLE_ERROR_REPORTING: '1',
  // A call that policy denies would otherwise be tried again for two minutes.
  CLAUDE_CODE_MAX_RETRIES: '1',
  ENABLE_TOOL_SEARCH: 'false',
};

function modelOf({ models }: AgentStart): Record<string, string> {
  if (models === undefined) return {};
  const { anthropicUrl, key, model } = models;
  return {
    ANTHROPIC_BASE_URL: anthropicUrl,
    ANTHROPIC_AUTH_TOKEN: key,
    ANTHROPIC_MODEL: model,
    // What it does beside the conversation (titles, say) goes to the same model, since no other is known to be allowed.
    ANTHROPIC_DEFAULT_OPUS_MODEL: model,
    ANTHROPIC_DEFAULT_SONNET_MODEL: model,
    ANTHROPIC_DEFAULT_HAIKU_MODEL: model,
  };
}

function settingsOf({ policyHook }: AgentStart): Record<string, unknown> {
  const permissions = { disableBypassPermissionsMode: 'disable' };
  if (policyHook === undefined) return { permissions };
  const hook = { type: 'command', command: policyHook, timeout: hookTimeoutSeconds };
  return { permissions, hooks: { PreToolUse: [{ matcher: '*', hooks: [hook] }] } };
}
