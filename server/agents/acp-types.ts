import type { McpRelay } from './mcp/mcp-doors.ts';
import type { Readable, Writable } from 'node:stream';
import type { AgentAction } from '../core/agent-action.ts';
import type { RunMode, SessionEventBody } from '../core/session-event.ts';
import type { OpenedSession } from './acp-session.ts';
import type { SteerOutcome } from './acp-steer.ts';
import type { PromptPart } from './prompt-parts.ts';
import type { AgentProfile } from './registry.ts';

/** A started agent, as `spawnInSandbox` gives it. `kill` ends the process and everything it started. */
export type AgentProcess = {
  stdin: Writable;
  stdout: Readable;
  /** Rejects when the program could not be started; `reason` is why it was stopped from outside. */
  exited: Promise<{ code: number | null; signal: string | null; reason?: string }>;
  kill(): void;
};

/** A command an agent asked for. `cwd` is relative to the repository, empty for its root. */
export type TerminalRequest = {
  command: string;
  args: readonly string[];
  env: Readonly<Record<string, string>>;
  cwd: string;
  outputByteLimit: number;
};

/** A running command. `output` gives the newest part, at most the limit; `kill` ends the whole process group. */
export type HostTerminal = {
  output(): { text: string; truncated: boolean };
  exited: Promise<{ exitCode: number | null; signal: string | null }>;
  kill(): void;
};

/** What an agent asks leave for. */
export type PermissionRequest = { toolCallId: string; action: AgentAction };

export type PermissionAnswer = { decision: 'allow' } | { decision: 'deny'; reason: string };

/**
 * What an agent may do to the outside, given by the run driver. Paths are relative to the repository, contained
 * and never inside `.git`; links are for the handler to refuse. An `AppError` is told to the agent in its words; any other error ends the run.
 */
export type AgentHandlers = {
  /** The whole text of a file as it is (line ends and byte order mark kept). Throws AppError `not_found`, `too_large`. */
  readTextFile(path: string): Promise<string>;
  writeTextFile(path: string, content: string): Promise<void>;
  createTerminal(request: TerminalRequest): Promise<HostTerminal>;
  /** `signal` aborts when the question is void: the run was cancelled or the agent withdrew it. */
  requestPermission(request: PermissionRequest, signal: AbortSignal): Promise<PermissionAnswer>;
  /** Called in order, one at a time; the agent is held back while it is slow. */
  onEvent(event: SessionEventBody): void | Promise<void>;
  /** Keeps a text too long for the log and returns its id. */
  storeText(text: string): Promise<string>;
};

export type HostLimits = {
  /** How long `initialize`, `session/new` and `session/set_mode` may take, each. */
  startTimeoutMs: number;
  /** How long an agent may take to answer a cancel, or to end when its input closes. */
  cancelTimeoutMs: number;
  /** One message. */
  maxFrameBytes: number;
  /** Everything an agent sends in its life. */
  maxTotalBytes: number;
  /** Entries of the log that one agent may cause. */
  maxEvents: number;
  /** Text is gathered this long into one entry. */
  coalesceMs: number;
  /** The most output of one command that is kept. */
  maxTerminalBytes: number;
  maxTerminals: number;
};

export const defaultHostLimits: HostLimits = {
  startTimeoutMs: 30_000,
  cancelTimeoutMs: 1_000,
  maxFrameBytes: 16 * 1024 * 1024,
  maxTotalBytes: 512 * 1024 * 1024,
  maxEvents: 50_000,
  coalesceMs: 75,
  maxTerminalBytes: 1024 * 1024,
  maxTerminals: 16,
};

export type StartAgentOptions = {
  profile: AgentProfile;
  process: AgentProcess;
  handlers: AgentHandlers;
  runId: string;
  mode: RunMode;
  /** The agent's own name of the session to go on with, when it can. */
  resume?: string | undefined;
  /** `_meta` of the session that is opened. */
  sessionMeta?: Readonly<Record<string, unknown>>;
  /** Programs in its box that it may call tools of. */
  mcpServers?: readonly McpRelay[];
  limits?: Partial<HostLimits>;
};

/** How a prompt ended. `reason` is in words for people; `cause` is an error of ours that belongs in the log. */
export type PromptOutcome =
  | { state: 'succeeded' }
  | { state: 'cancelled' }
  | { state: 'failed'; reason: string; cause?: unknown };

/**
 * A started agent with one session.
 * - `prompt` never rejects; when it resolves, every event before it has been handed to `onEvent`. One at a time.
 * - `steer` never rejects; it says whether the turn at work took the words.
 * - `cancel` resolves when the turn has ended; an agent that does not answer in time is killed.
 * - `stop` ends the agent and its commands, in any state, as often as one likes.
 */
export type RunningAgent = {
  session: OpenedSession;
  prompt(text: string, parts?: readonly PromptPart[]): Promise<PromptOutcome>;
  steer(text: string): Promise<SteerOutcome>;
  cancel(): Promise<void>;
  stop(): Promise<void>;
};
