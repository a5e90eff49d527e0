import { z } from 'zod';
import { attachmentView } from './attachment.ts';
import { actionRuleSchema, agentActionSchema } from './agent-action.ts';
import { budgetScopes } from './budget.ts';
import { approvalNeeds } from './guard/approval.ts';
import { secondOpinion } from './guard/second-opinion.ts';
import { guestLevels } from './permissions.ts';

/**
 * One entry of a session's log (ARCHITECTURE, decision 8). The conversation, run steps, approvals and decisions
 * are entries of one ordered log; every view is a fold over it (`core/transcript.ts`).
 * `seq` is dense and rises by one within a session.
 */
const toolKind = z.enum(['read', 'edit', 'delete', 'move', 'search', 'execute', 'think', 'fetch', 'other']);
const toolStatus = z.enum(['pending', 'in_progress', 'completed', 'failed']);
/** A file before and after, as an agent reports it; `oldText` null is a new file. Long texts are stored beside the log. */
const toolDiff = z.object({ path: z.string(), oldText: z.string().nullable(), newText: z.string() });
/** Text that may be long: the first part inline, the whole under `blobId` when it was cut. */
const longText = z.object({ text: z.string(), blobId: z.string().optional(), sizeBytes: z.number().int() });
/** A file as a run has it by now, against the text it began with; `unchanged` when it is as it was. `line`: the last edit's, from 1. */
const runFileChange = z.object({
  path: z.string(),
  status: z.enum(['added', 'modified', 'deleted', 'unchanged']),
  added: z.number().int(),
  removed: z.number().int(),
  line: z.number().int(),
});

export const runOutcomes = ['succeeded', 'failed', 'cancelled'] as const;
export const runModes = ['ask', 'plan', 'edit', 'auto'] as const;
export type RunMode = (typeof runModes)[number];

export const usageSchema = z.object({
  inputTokens: z.number().int(),
  outputTokens: z.number().int(),
  costMicroUsd: z.number().int(),
});

/** What may deny an action without a person. Only the guard's word, and a model's beside it, may be lifted by one. */
export const deniers = ['mode', 'policy', 'guard', 'house', 'opinion'] as const;
export type Denier = (typeof deniers)[number];

/** What people see of an action that was judged. */
const judged = {
  action: agentActionSchema.optional(),
  rules: z.array(actionRuleSchema).optional(),
  saferWay: z.string().optional(),
  /** Who may allow it, where that is more than the right to approve. */
  needs: approvalNeeds.optional(),
  /** What a model said of it. */
  opinion: secondOpinion.optional(),
};

/** A guest as the log names them. */
const guest = { guestId: z.string(), name: z.string() };

export const sessionEventBody = z.discriminatedUnion('type', [
  z.object({ type: z.literal('session_created'), title: z.string(), branch: z.string() }),
  z.object({ type: z.literal('session_renamed'), title: z.string() }),
  z.object({ type: z.literal('session_archived'), archived: z.boolean() }),
  z.object({
    type: z.literal('prompt'),
    runId: z.string(),
    text: z.string(),
    agent: z.string(),
    model: z.string().optional(),
    mode: z.enum(runModes),
    effort: z.string().optional(),
    attachments: z.array(attachmentView).optional(),
    /** The conversation it is a turn of. */
    threadId: z.string().optional(),
    /** The run that was stopped for this one. */
    interrupts: z.string().optional(),
    /** Whose words they are, when the actor sent them for somebody. */
    wordsOf: z.object({ id: z.string(), name: z.string() }).optional(),
    proposalId: z.string().optional(),
    /** The steer that came too late for its turn. */
    steerId: z.string().optional(),
  }),
  /** Something said into a turn at work. `steer_settled` says once what became of it. */
  z.object({ type: z.literal('steer'), runId: z.string(), steerId: z.string(), text: z.string() }),
  z.object({
    type: z.literal('steer_settled'),
    runId: z.string(),
    steerId: z.string(),
    outcome: z.enum(['taken', 'next']),
    nextRunId: z.string().optional(),
  }),
  /** A prompt by someone who may not prompt. */
  z.object({
    type: z.literal('prompt_proposed'),
    proposalId: z.string(),
    text: z.string(),
    agent: z.string(),
    mode: z.enum(runModes).optional(),
  }),
  z.object({
    type: z.literal('proposal_decided'),
    proposalId: z.string(),
    outcome: z.enum(['sent', 'declined', 'withdrawn']),
    runId: z.string().optional(),
    reason: z.string().optional(),
  }),
  z.object({ type: z.literal('prompt_edited'), runId: z.string(), text: z.string() }),
  z.object({ type: z.literal('queue_ordered'), runIds: z.array(z.string()) }),
  z.object({ type: z.literal('run_started'), runId: z.string(), attempt: z.number().int(), baseCommit: z.string() }),
  /** A conversation with an agent begins: from nothing, or from where another one was after `fromRunId`. */
  z.object({
    type: z.literal('agent_thread_started'),
    threadId: z.string(),
    agent: z.string(),
    fromRunId: z.string().optional(),
  }),
  z.object({
    type: z.literal('agent_thread_handed_over'),
    threadId: z.string(),
    agent: z.string(),
    to: z.object({ id: z.string(), name: z.string() }),
  }),
  /** Its next turn begins with the files as they were after `toRunId`. */
  z.object({
    type: z.literal('agent_thread_restored'),
    threadId: z.string(),
    agent: z.string(),
    toRunId: z.string(),
  }),
  /**
   * What a turn goes on from. `memory`: the agent's own was kept, it was told what was said before, or it has none. `files`
   * were changed by earlier turns and are still undecided; `conflicts` are those that people changed as well: the turn begins
   * with people's text of them.
   */
  z.object({
    type: z.literal('run_continues'),
    runId: z.string(),
    afterRunId: z.string(),
    memory: z.enum(['kept', 'told', 'none']),
    files: z.number().int(),
    conflicts: z.array(z.string()),
  }),
  /** The agent has started and was given the prompt; what comes next is its answer. */
  z.object({ type: z.literal('agent_ready'), runId: z.string() }),
  z.object({ type: z.literal('agent_text'), runId: z.string(), messageId: z.string(), text: z.string() }),
  z.object({ type: z.literal('agent_thought'), runId: z.string(), messageId: z.string(), text: z.string() }),
  z.object({
    type: z.literal('agent_plan'),
    runId: z.string(),
    entries: z.array(z.object({ text: z.string(), status: z.enum(['pending', 'in_progress', 'completed']) })),
  }),
  z.object({
    type: z.literal('tool_call'),
    runId: z.string(),
    toolCallId: z.string(),
    title: z.string(),
    kind: toolKind,
    status: toolStatus,
    paths: z.array(z.string()),
    input: longText.optional(),
    diffs: z.array(toolDiff).optional(),
  }),
  z.object({
    type: z.literal('tool_call_update'),
    runId: z.string(),
    toolCallId: z.string(),
    title: z.string().optional(),
    status: toolStatus.optional(),
    output: longText.optional(),
    diffs: z.array(toolDiff).optional(),
    exitCode: z.number().int().nullable().optional(),
    durationMs: z.number().int().optional(),
  }),
  /** Files that a run at work has changed in its own worktree since it last said so. */
  z.object({ type: z.literal('run_files_changed'), runId: z.string(), files: z.array(runFileChange) }),
  z.object({
    type: z.literal('permission_requested'),
    runId: z.string(),
    permissionId: z.string(),
    toolCallId: z.string().optional(),
    title: z.string(),
    reason: z.string(),
    ...judged,
    /** Who does not answer until then has said no. */
    expiresAt: z.string().optional(),
  }),
  /** Something an agent wanted to do was denied without asking anybody; the agent was told the reason. */
  z.object({
    type: z.literal('action_denied'),
    runId: z.string(),
    /** Of the question that nobody was asked. */
    permissionId: z.string(),
    toolCallId: z.string().optional(),
    title: z.string(),
    reason: z.string(),
    ...judged,
    by: z.enum(deniers),
  }),
  /** Files of the repository that tell agents how to work in it, as a run began with them. */
  z.object({ type: z.literal('instructions_given'), runId: z.string(), paths: z.array(z.string()) }),
  /** Files of the session that policy closes to a run, so that they are not among its files, and how many there are in all. */
  z.object({
    type: z.literal('files_closed'),
    runId: z.string(),
    paths: z.array(z.string()),
    count: z.number().int(),
    history: z.boolean(),
  }),
  /** MCP servers that a run began with, and those that its repository asks for and it was not given, each with why. */
  z.object({
    type: z.literal('mcp_servers_given'),
    runId: z.string(),
    names: z.array(z.string()),
    refused: z.array(z.object({ name: z.string(), reason: z.string() })),
  }),
  /** Someone allowed once what had been denied, and prompted the agent to try it again. */
  z.object({ type: z.literal('denial_lifted'), permissionId: z.string(), runId: z.string() }),
  /** Somebody allowed what needs several people, a question or a denial that is to be lifted; it is not decided by that. */
  z.object({
    type: z.literal('permission_voted'),
    runId: z.string(),
    permissionId: z.string(),
    scope: z.enum(['once', 'run']),
  }),
  z.object({
    type: z.literal('permission_decided'),
    runId: z.string(),
    permissionId: z.string(),
    decision: z.enum(['allow', 'deny']),
    scope: z.enum(['once', 'run']),
    reason: z.string().optional(),
  }),
  /** The files of a run were kept before one of its actions. */
  z.object({
    type: z.literal('files_kept'),
    runId: z.string(),
    keptId: z.string(),
    toolCallId: z.string().optional(),
    title: z.string(),
  }),
  /** The run has the files from before an action again. `undoId`: as they were right before that. */
  z.object({
    type: z.literal('files_put_back'),
    runId: z.string(),
    keptId: z.string(),
    title: z.string(),
    undoId: z.string().optional(),
    /** Files that became other ones by it: some names, and how many in all. */
    files: z.object({ paths: z.array(z.string()), count: z.number().int() }).optional(),
  }),
  /** The agent of a conversation was told that files of it were put back. */
  z.object({ type: z.literal('undo_told'), runId: z.string(), keptId: z.string(), title: z.string() }),
  z.object({ type: z.literal('run_cancel_requested'), runId: z.string() }),
  z.object({
    type: z.literal('run_finished'),
    runId: z.string(),
    state: z.enum(runOutcomes),
    error: z.string().optional(),
    suggestionId: z.string().optional(),
    usage: usageSchema.optional(),
  }),
  z.object({
    type: z.literal('suggestion_created'),
    runId: z.string(),
    suggestionId: z.string(),
    files: z.number().int(),
    hunks: z.number().int(),
  }),
  z.object({
    type: z.literal('hunk_decided'),
    suggestionId: z.string(),
    hunkId: z.string(),
    path: z.string(),
    decision: z.enum(['accept', 'reject', 'undo']),
    reason: z.string().optional(),
  }),
  /** Undecided hunks of a suggestion are part of a later one of the same conversation, and are decided on there. */
  z.object({
    type: z.literal('suggestion_continued'),
    suggestionId: z.string(),
    by: z.string(),
    hunkIds: z.array(z.string()),
  }),
  z.object({
    type: z.literal('files_changed'),
    paths: z.array(z.string()),
    cause: z.enum(['create', 'rename', 'delete', 'discard', 'restore', 'accept', 'command', 'merge', 'commit', 'open']),
  }),
  /** A point was saved or named; null: its name was taken away. */
  z.object({ type: z.literal('checkpoint_named'), checkpointId: z.string(), name: z.string().nullable() }),
  /** The session has the state of a point again, or some of its files have. `undoId`: the point right before. */
  z.object({
    type: z.literal('checkpoint_restored'),
    checkpointId: z.string(),
    title: z.string(),
    paths: z.array(z.string()),
    isPart: z.boolean(),
    undoId: z.string(),
  }),
  z.object({ type: z.literal('task_started'), taskId: z.string(), name: z.string(), command: z.string() }),
  z.object({ type: z.literal('task_output'), taskId: z.string(), text: z.string() }),
  z.object({
    type: z.literal('task_finished'),
    taskId: z.string(),
    state: z.enum(['succeeded', 'failed', 'cancelled']),
    exitCode: z.number().int().nullable(),
    durationMs: z.number().int(),
    error: z.string().optional(),
    /** The whole output, when the log holds only its head. */
    outputBlobId: z.string().optional(),
    /** The checkpoint of what the session was before it, when the command changed something. */
    beforeId: z.string().optional(),
  }),
  /** Files that a command and people changed in the same lines; `commit` has them as the command left them. Empty: none any more. */
  z.object({
    type: z.literal('task_conflicts'),
    taskId: z.string(),
    commit: z.string(),
    conflicts: z.array(z.object({ path: z.string(), reason: z.string().optional() })),
  }),
  z.object({ type: z.literal('guest_link_created'), linkId: z.string(), level: z.enum(guestLevels) }),
  z.object({ type: z.literal('guest_link_ended'), linkId: z.string() }),
  z.object({ type: z.literal('guest_knocked'), ...guest, level: z.enum(guestLevels) }),
  /** `asked` is false for a link that lets everyone in; then the guest is the actor. */
  z.object({ type: z.literal('guest_admitted'), ...guest, level: z.enum(guestLevels), asked: z.boolean() }),
  z.object({ type: z.literal('guest_denied'), ...guest }),
  z.object({ type: z.literal('guest_changed'), ...guest, level: z.enum(guestLevels) }),
  z.object({ type: z.literal('guest_revoked'), ...guest }),
  /** `wasIn` is false for someone who stopped waiting. */
  z.object({ type: z.literal('guest_left'), ...guest, wasIn: z.boolean() }),
  z.object({
    type: z.literal('comment_added'),
    threadId: z.string(),
    commentId: z.string(),
    path: z.string(),
    line: z.number().int(),
    /** The beginning of what was written; empty once it is deleted. */
    excerpt: z.string(),
    isReply: z.boolean(),
  }),
  z.object({
    type: z.literal('comment_edited'),
    threadId: z.string(),
    commentId: z.string(),
    excerpt: z.string(),
  }),
  z.object({ type: z.literal('comment_deleted'), threadId: z.string(), commentId: z.string() }),
  z.object({
    type: z.literal('comment_resolved'),
    threadId: z.string(),
    path: z.string(),
    line: z.number().int(),
    resolved: z.boolean(),
  }),
  /** The thread's words were found again in another place. */
  z.object({ type: z.literal('comment_moved'), threadId: z.string() }),
  /** A limit on what model calls cost: a call of the run came near its end, or was refused by it. */
  z.object({
    type: z.literal('budget_reached'),
    runId: z.string(),
    scope: z.enum(budgetScopes),
    outcome: z.enum(['warned', 'blocked']),
    percent: z.number().int(),
    spentMicroUsd: z.number().int(),
    limitMicroUsd: z.number().int(),
  }),
  /** A call of a run to a model was not made; `message` names the rule and says what to do. */
  z.object({
    type: z.literal('model_call_denied'),
    runId: z.string(),
    model: z.string(),
    why: z.enum(['policy', 'content']),
    message: z.string(),
  }),
  /** A call of a run took data of these classes to a model as it is; policy asks that people know. */
  z.object({
    type: z.literal('data_sent'),
    runId: z.string(),
    model: z.string(),
    classes: z.array(z.string()),
  }),
  z.object({ type: z.literal('committed'), commit: z.string(), message: z.string(), pushed: z.boolean() }),
]);

export type SessionEventBody = z.infer<typeof sessionEventBody>;
export type SessionEventType = SessionEventBody['type'];

export type RunFileChange = z.infer<typeof runFileChange>;

export type SessionEvent = {
  seq: number;
  at: string; // ISO 8601 UTC
  actor: { kind: 'person' | 'run' | 'system'; id: string; name: string };
  body: SessionEventBody;
};
