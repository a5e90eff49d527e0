import { existsSync } from 'node:fs';
import path from 'node:path';
import { AppError } from '../core/errors.ts';
import type { RunMode } from '../core/session-event.ts';
import type { Mount } from '../workspace/sandbox-arguments.ts';
import { appMount, appMounts, appRoot } from './builtin/app-mount.ts';
import { assistant } from './profiles/assistant.ts';
import { claudeCode } from './profiles/claude-code.ts';
import { codex } from './profiles/codex.ts';
import { geminiCli } from './profiles/gemini-cli.ts';
import { openCode } from './profiles/opencode.ts';
import { qwenCode } from './profiles/qwen-code.ts';
import type { McpRelay } from './mcp/mcp-doors.ts';

/** How an agent reaches models from inside its box: base addresses as the clients of either protocol want them. */
export type ModelAccess = {
  /** What comes before `/v1/messages`. */
  anthropicUrl: string;
  /** What comes before `/responses` and `/chat/completions`. */
  openAiUrl: string;
  /** What comes before `/v1beta/models/…`. */
  geminiUrl: string;
  /** The run's own key. It works on no other way than this, and ends with the run. */
  key: string;
  /** The alias to ask for: the run's choice, else the first that the run may use. */
  model: string;
  /** How much the model thinks, in the agent's own word. Left out: as the agent does by itself. */
  effort?: string;
};

/** Where things are inside the sandbox; the caller decides and mounts them there. */
export type AgentPaths = {
  /** The Node program, absolute. */
  node: string;
};

/** What a run's start is made of, for the profile to put in its agent's words. */
export type AgentStart = AgentPaths & {
  mode: RunMode;
  /** There for an agent that needs a model. */
  models?: ModelAccess;
  /**
   * The program in the box that an agent asks before each of its tools, and that waits for the answer. Its answer is in the
   * shape that the hooks of Claude Code and Codex take.
   */
  policyHook?: string;
  /** The repository's words to agents, which are kept from reading them by themselves; empty for none. */
  instructions?: string;
  /** The MCP servers that it is given when its session is opened. */
  mcpServers?: readonly McpRelay[];
};

export type AgentAvailability = { ok: true } | { ok: false; reason: string; fix: string };

/**
 * What Ensemble has to know of an agent to run it. Everything particular to one agent is here or below
 * `builtin/`; the host and the run driver know only this shape.
 */
export type AgentProfile = {
  /** The name people mention and the API takes. */
  name: string;
  title: string;
  description: string;
  /** Whether it gets a key and a door to the gateway. Without, its box has no way out at all. */
  needsModel: boolean;
  /** Messages that its program says by itself, each whole, and that tell people nothing. */
  noise?: RegExp;
  /** Named by an admin of this installation. */
  isCustom?: boolean;
  /** Our modes, and what the agent calls each of them: nothing, where it need not know. A mode that is missing is not offered. */
  modes: Readonly<Partial<Record<RunMode, string>>>;
  defaultMode: RunMode;
  /**
   * A program of ours that does by fixed code what the person's words say. What it does is not judged one by one; every
   * other agent's actions are.
   */
  isProgram?: true;
  /** How the agent's own process sees `/work`: `ro` when every effect goes through the host. */
  work: 'ro' | 'rw';
  /**
   * Where its home is: a small one in memory, or a folder of the run's own, for an agent that keeps its conversation there.
   */
  home?: 'memory' | 'folder';
  /** The program and its arguments, as seen inside the sandbox. */
  command(start: AgentStart): readonly string[];
  /** Read-only folders and files of the host that the agent's process needs, and the terminals it asks for. */
  mounts(): readonly Mount[];
  env(start: AgentStart): Readonly<Record<string, string>>;
  /** Files that stand in the agent's home when it starts, by path relative to it; it cannot change them. */
  homeFiles(start: AgentStart): Readonly<Record<string, string>>;
  /** Files that the agent reads from the system, by absolute path inside; it cannot change them. */
  systemFiles?(start: AgentStart): Readonly<Record<string, string>>;
  /** `_meta` of `session/new`: settings that an agent takes only there. */
  sessionMeta(start: AgentStart): Readonly<Record<string, unknown>>;
  capabilities: {
    /** Offer `fs/*`; agents without it write to the worktree themselves. */
    hostFiles: boolean;
    /** Offer `terminal/*`. */
    hostTerminals: boolean;
    /** Takes what is said into a turn at work (`_session/steering`). */
    steers?: boolean;
    /** Takes images, when its model does. */
    images?: boolean;
    /** How hard it can be asked to think, in its own words. */
    efforts?: readonly string[];
    /**
     * It adds what a repository's settings say of a server of the same name to what it is told of one. Each run calls its servers by
     * names of its own then, which nobody knows before.
     */
    mergesMcpServers?: boolean;
    /** Why it is given no MCP servers, for people; left out for agents that take them. */
    withoutMcpServers?: string;
  };
  /** Whether it can run on this installation now, as far as its files go; else why not, and what to do. */
  available(): Promise<AgentAvailability>;
};

const refactor: AgentProfile = {
  name: 'refactor',
  title: 'Refactor',
  description:
    'Renames symbols, replaces code by pattern, tidies imports, fixes lint and formats. It is a program, not a language model, and needs no key.',
  needsModel: false,
  isProgram: true,
  modes: { ask: 'ask', plan: 'plan', edit: 'edit', auto: 'auto' },
  defaultMode: 'edit',
  work: 'ro',
  command: ({ node }) => [node, '--max-old-space-size=3072', `${appMount}/server/agents/builtin/refactor/main.ts`],
  mounts: appMounts,
  env: () => ({ LANG: 'C.UTF-8', TMPDIR: '/tmp' }),
  homeFiles: () => ({}),
  sessionMeta: () => ({}),
  capabilities: { hostFiles: true, hostTerminals: true },
  available: async () => {
    const missing = ['@ast-grep/napi', 'ts-morph', 'oxlint', 'oxfmt'].find(
      (name) => !existsSync(path.join(appRoot, 'node_modules', name)),
    );
    if (missing === undefined) return { ok: true };
    return {
      ok: false,
      reason: `The package ${missing} is not installed.`,
      fix: 'Run npm start in the folder of Ensemble: it installs what is missing.',
    };
  },
};

const profiles: readonly AgentProfile[] = [refactor, assistant, claudeCode, codex, openCode, qwenCode, geminiCli];

/** Every agent this version knows, available or not. */
export function agentProfiles(): readonly AgentProfile[] {
  return profiles;
}

/** @throws AppError `not_found`, naming the agents there are */
export function getAgentProfile(name: string): AgentProfile {
  const profile = profiles.find((candidate) => candidate.name === name);
  if (profile !== undefined) return profile;
  const known = profiles.map((candidate) => candidate.name).join(', ');
  throw new AppError('not_found', `There is no agent called ${name}. Choose one of: ${known}.`);
}
