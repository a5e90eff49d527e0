import type { ActorRef } from './actor.ts';
import type { AttachmentView } from './attachment.ts';
import type { ProposalState } from './conversation-state.ts';
import type { ActionRule, AgentAction } from './agent-action.ts';
import type { ApprovalNeeds } from './guard/approval.ts';
import type { SecondOpinion } from './guard/second-opinion.ts';
import type { GuestLevel } from './permissions.ts';
import type { RunState } from './run-state.ts';
import type { RunFileChange, RunMode, SessionEventBody } from './session-event.ts';

type Body<Type extends SessionEventBody['type']> = Extract<SessionEventBody, { type: Type }>;

/** What every item has: where it stands in the log, and a key that stays the same while it changes. */
type Placed = { key: string; seq: number; at: string };

export type PromptItem = Placed & {
  kind: 'prompt';
  runId: string;
  author: ActorRef;
  text: string;
  agent: string;
  model: string | undefined;
  mode: RunMode;
  effort: string | undefined;
  attachments: readonly AttachmentView[];
  editedBy: ActorRef | undefined;
  /** The conversation it is a turn of. */
  threadId: string | undefined;
  /** The run that was stopped for this one. */
  interrupts: string | undefined;
  /** Whose words they are, when the author sent them for somebody. */
  wordsOf: { id: string; name: string } | undefined;
  /** The steer that came too late for its turn and is this prompt now. */
  steerId: string | undefined;
};

/** Something said into a turn at work; the turn took it, or it became the next prompt, where its words stand then. */
export type SteerItem = Placed & {
  kind: 'steer';
  runId: string;
  steerId: string;
  author: ActorRef;
  text: string;
  state: 'waiting' | 'taken' | 'next';
  nextRunId: string | undefined;
};

/** A prompt that waits for a member to send it; its words stand in that member's prompt once it is sent. */
export type ProposalItem = Placed & {
  kind: 'proposal';
  proposalId: string;
  author: ActorRef;
  text: string;
  agent: string;
  mode: RunMode | undefined;
  state: ProposalState;
  decidedBy: ActorRef | undefined;
  reason: string | undefined;
  runId: string | undefined;
};

/** Markdown of an agent, merged from the pieces it was streamed in. */
export type TextItem = Placed & { kind: 'text' | 'thought'; runId: string; text: string };

export type PlanItem = Placed & { kind: 'plan'; runId: string; entries: Body<'agent_plan'>['entries'] };

/** The files of the run from before an action, to be put back. */
export type KeptMark = {
  keptId: string;
  title: string;
  /** Who put them back last; `undoId` goes back from there. */
  putBack: { by: ActorRef; undoId: string | undefined } | undefined;
};

/** An action before which files were kept, and that no other card shows. */
export type KeptItem = Placed & { kind: 'kept'; runId: string; toolCallId: string | undefined; kept: KeptMark };

export type ToolCallItem = Placed & {
  kind: 'tool_call';
  runId: string;
  toolCallId: string;
  title: string;
  tool: Body<'tool_call'>['kind'];
  status: Body<'tool_call'>['status'];
  paths: string[];
  input: Body<'tool_call'>['input'];
  output: Body<'tool_call_update'>['output'];
  diffs: NonNullable<Body<'tool_call'>['diffs']>;
  exitCode: number | null | undefined;
  durationMs: number | undefined;
  kept?: KeptMark | undefined;
};

/** What an agent wanted to do, and what was said about it. */
type Judged = {
  runId: string;
  permissionId: string;
  toolCallId: string | undefined;
  title: string;
  reason: string;
  action: AgentAction | undefined;
  rules: readonly ActionRule[];
  saferWay: string | undefined;
  agent: string | undefined;
  /** Whose prompt the run answers: it works with their rights. */
  worksFor: ActorRef | undefined;
  /** Who may allow it, where that is more than the right to approve. */
  needs: ApprovalNeeds | undefined;
  /** Ids of those whose words the turn had by then. */
  spoke: readonly string[];
  /** Who has allowed it while more people are needed. */
  allowedBy: readonly ActorRef[];
  /** What a model said of it. */
  opinion: SecondOpinion | undefined;
  /** Who allowed it once after it had been denied. */
  liftedBy: ActorRef | undefined;
};

export type DeniedItem = Placed & Judged & { kind: 'denied'; deniedBy: Body<'action_denied'>['by'] };

export type PermissionItem = Placed &
  Judged & {
    kind: 'permission';
    expiresAt: string | undefined;
    decided:
      | { decision: 'allow' | 'deny'; scope: 'once' | 'run'; by: ActorRef; reason: string | undefined }
      | undefined;
    /** Nobody answered, and the run does not wait any more. */
    isVoid: boolean;
    kept?: KeptMark | undefined;
  };

export type RunEndItem = Placed & {
  kind: 'run_end';
  runId: string;
  state: Body<'run_finished'>['state'];
  error: string | undefined;
  suggestionId: string | undefined;
  usage: Body<'run_finished'>['usage'];
  durationMs: number | undefined;
};

export type HunkDecision = { decision: 'accept' | 'reject'; path: string; by: ActorRef; reason: string | undefined };

export type SuggestionItem = Placed & {
  kind: 'suggestion';
  runId: string;
  suggestionId: string;
  files: number;
  hunks: number;
  /** By hunk; a hunk that is in neither of the two is unreviewed. */
  decisions: Readonly<Record<string, HunkDecision>>;
  /** The hunks that go on in a later suggestion of the same conversation. */
  continued: readonly string[];
};

export type CommitItem = Placed & { kind: 'commit'; by: ActorRef; commit: string; message: string; pushed: boolean };

export type TaskItem = Placed & {
  kind: 'task';
  taskId: string;
  name: string;
  command: string;
  by: ActorRef;
  /** The checkpoint to go back to, when the command changed something. */
  beforeId?: string | undefined;
  state: 'running' | Body<'task_finished'>['state'];
  exitCode: number | null;
  durationMs: number | undefined;
  error: string | undefined;
};

/** Something was written about a place in a file, or a thread about one was resolved or reopened. */
export type CommentItem = Placed & {
  kind: 'comment';
  what: 'started' | 'replied' | 'resolved' | 'reopened';
  by: ActorRef;
  threadId: string;
  path: string;
  line: number;
  /** The beginning of what was written; empty when it was deleted. */
  excerpt: string;
};

/** Something that happened to the session; the words are the reader's. */
export type NoticeItem = Placed & { kind: 'notice'; by: ActorRef } & (
    | { what: 'created'; title: string; branch: string }
    | { what: 'renamed'; title: string }
    | { what: 'archived' | 'unarchived' }
    | { what: 'run_restarted' | 'cancel_requested'; runId: string }
    /** A prompt that had not begun. */
    | { what: 'run_removed'; runId: string; text: string }
    | { what: 'link_created'; level: GuestLevel }
    | { what: 'link_ended' | 'guest_knocked' | 'guest_came' }
    | { what: 'guest_admitted' | 'guest_denied' | 'guest_revoked'; guest: string }
    | { what: 'guest_changed'; guest: string; level: GuestLevel }
    | { what: 'guest_left'; wasIn: boolean }
    | { what: 'checkpoint_named'; checkpointId: string; name: string }
    | ({ what: 'checkpoint_restored' } & Omit<Body<'checkpoint_restored'>, 'type'>)
    | ({ what: 'files_put_back' } & Omit<Body<'files_put_back'>, 'type'>)
    | ({ what: 'undo_told' } & Omit<Body<'undo_told'>, 'type'>)
    | { what: 'instructions_given'; runId: string; paths: string[] }
    | ({ what: 'files_closed' } & Omit<Body<'files_closed'>, 'type'>)
    | ({ what: 'mcp_servers_given' } & Omit<Body<'mcp_servers_given'>, 'type'>)
    | ({ what: 'data_sent' } & Omit<Body<'data_sent'>, 'type'>)
    | ({ what: 'model_call_denied' } & Omit<Body<'model_call_denied'>, 'type'>)
    | ({ what: 'budget_reached' } & Omit<Body<'budget_reached'>, 'type'>)
    | ({ what: 'thread_started' } & Omit<Body<'agent_thread_started'>, 'type'>)
    | ({ what: 'thread_handed_over' } & Omit<Body<'agent_thread_handed_over'>, 'type'>)
    | ({ what: 'thread_restored' } & Omit<Body<'agent_thread_restored'>, 'type'>)
    | ({ what: 'run_continues' } & Omit<Body<'run_continues'>, 'type'>)
    | { what: 'files_changed'; cause: Body<'files_changed'>['cause']; paths: string[] }
  );

export type TranscriptItem =
  | PromptItem
  | SteerItem
  | ProposalItem
  | TextItem
  | PlanItem
  | ToolCallItem
  | PermissionItem
  | DeniedItem
  | KeptItem
  | RunEndItem
  | SuggestionItem
  | CommitItem
  | TaskItem
  | CommentItem
  | NoticeItem;

export type TranscriptRun = {
  runId: string;
  agent: string;
  author: ActorRef;
  /** Ids of those whose words it has: its prompt, and what was said into it. */
  spoke: readonly string[];
  state: RunState;
  /** How often it started; more than once when a worker ended while it was at work. */
  starts: number;
  queuedAt: string;
  /** What its agent remembers of the turns before; undefined for a first turn. */
  memory: Body<'run_continues'>['memory'] | undefined;
  startedAt: string | undefined;
  finishedAt: string | undefined;
  cancelRequested: boolean;
  /** What a started run waits for: its agent to start, then the model's first word; undefined before and after that. */
  phase: 'starting' | 'asked' | undefined;
  phaseAt: string | undefined;
  /** Ids of the questions nobody has answered. */
  openPermissions: readonly string[];
  /** The files it has changed so far in its own worktree, in the order of their last change. */
  files: readonly RunFileChange[];
};
