import { isEndedRun } from './run-state.ts';
import type { SessionEvent, SessionEventBody } from './session-event.ts';
import { conversationHandlers, endPhase } from './transcript-conversation.ts';
import {
  change,
  note,
  partKey,
  permissionKey,
  placed,
  type Body,
  type Draft,
  type Handlers,
  type Transcript,
} from './transcript-draft.ts';
import { keptHandlers, takeKept } from './transcript-kept.ts';
import { threadHandlers } from './transcript-threads.ts';
import type {
  HunkDecision,
  PermissionItem,
  SuggestionItem,
  TaskItem,
  ToolCallItem,
  TranscriptItem,
  TranscriptRun,
} from './transcript-item.ts';

export type { Transcript } from './transcript-draft.ts';

export function emptyTranscript(): Transcript {
  return { items: [], runs: {}, queue: [], lastSeq: 0, missingSeq: undefined };
}

/**
 * Takes entries in, in their order; in pieces or at once gives the same. Those that were taken in before change nothing:
 * the same value comes back.
 */
export function foldEvents(transcript: Transcript, events: readonly SessionEvent[]): Transcript {
  if (!events.some((event) => event.seq > transcript.lastSeq)) return transcript;
  const draft = openDraft(transcript);
  for (const event of events) {
    if (event.seq <= draft.lastSeq) continue;
    if (event.seq > draft.lastSeq + 1) draft.missingSeq ??= draft.lastSeq + 1;
    draft.lastSeq = event.seq;
    handle(draft, event);
  }
  const { items, runs, queue, lastSeq, missingSeq } = draft;
  return { items, runs, queue, lastSeq, missingSeq };
}

/** The place of a run in the session's queue, from 1; undefined when it does not wait. */
export function queuePlace(transcript: Transcript, runId: string): number | undefined {
  const index = transcript.queue.indexOf(runId);
  return index === -1 ? undefined : index + 1;
}

function openDraft(transcript: Transcript): Draft {
  const items = [...transcript.items];
  return {
    ...transcript,
    items,
    runs: { ...transcript.runs },
    queue: [...transcript.queue],
    find: finderOf(items),
  };
}

/** Items are added at the end and keep their keys, so that each is looked at once. */
function finderOf(items: readonly TranscriptItem[]): Draft['find'] {
  const places = new Map<string, number>();
  let known = 0;
  return (key) => {
    for (const [at, item] of items.slice(known).entries()) places.set(item.key, known + at);
    known = items.length;
    return places.get(key) ?? -1;
  };
}

function handle(draft: Draft, event: SessionEvent): void {
  // Each handler takes the body of the type it stands under; the compiler cannot follow that through the lookup. A page that was
  // opened before an update may be told of what it does not know yet.
  const handler = handlers[event.body.type] as
    | ((draft: Draft, event: SessionEvent, body: SessionEventBody) => void)
    | undefined;
  handler?.(draft, event, event.body);
}

const handlers: Handlers = {
  session_created: (draft, event, { title, branch }) => note(draft, event, { what: 'created', title, branch }),
  session_renamed: (draft, event, { title }) => note(draft, event, { what: 'renamed', title }),
  session_archived: (draft, event, { archived }) => note(draft, event, { what: archived ? 'archived' : 'unarchived' }),
  ...conversationHandlers,
  ...threadHandlers,
  ...keptHandlers,
  run_started: (draft, event, { runId }) => {
    const run = draft.runs[runId];
    if (!run) return;
    if (run.starts > 0) {
      voidPermissions(draft, run);
      note(draft, event, { what: 'run_restarted', runId });
    }
    draft.queue = draft.queue.filter((id) => id !== runId);
    const startedAt = event.at;
    draft.runs[runId] = {
      ...run,
      state: 'running',
      starts: run.starts + 1,
      startedAt,
      phase: 'starting',
      phaseAt: event.at,
      openPermissions: [],
      files: [],
    };
  },
  agent_text: (draft, event, body) => addText(draft, event, { ...body, kind: 'text' }),
  agent_thought: (draft, event, body) => addText(draft, event, { ...body, kind: 'thought' }),
  agent_plan: (draft, event, { runId, entries }) => {
    endPhase(draft, runId);
    const key = partKey(draft, runId, 'plan');
    if (draft.find(key) === -1) draft.items.push({ ...placed(event, key), kind: 'plan', runId, entries });
    else change(draft, key, 'plan', (item) => ({ ...item, entries }));
  },
  tool_call: (draft, event, { runId, toolCallId, ...call }) => {
    endPhase(draft, runId);
    const key = partKey(draft, runId, `call:${toolCallId}`);
    if (draft.find(key) !== -1) return;
    const kept = takeKept(draft, runId, toolCallId);
    draft.items.push({
      ...placed(event, key),
      kind: 'tool_call',
      runId,
      toolCallId,
      title: call.title,
      tool: call.kind,
      status: call.status,
      paths: call.paths,
      input: call.input,
      output: undefined,
      diffs: call.diffs ?? [],
      exitCode: undefined,
      durationMs: undefined,
      ...(kept && { kept }),
    });
  },
  tool_call_update: (draft, _event, { runId, toolCallId, ...update }) =>
    change(draft, partKey(draft, runId, `call:${toolCallId}`), 'tool_call', (item) => updatedCall(item, update)),
  run_files_changed: (draft, _event, { runId, files }) => {
    const run = draft.runs[runId];
    if (!run) return;
    const told = new Set(files.map(({ path }) => path));
    const others = run.files.filter(({ path }) => !told.has(path));
    draft.runs[runId] = { ...run, files: [...others, ...files.filter(({ status }) => status !== 'unchanged')] };
  },
  permission_requested: (draft, event, body) => {
    const { runId, permissionId, expiresAt } = body;
    const run = draft.runs[runId];
    if (run) draft.runs[runId] = { ...run, state: 'waiting', openPermissions: [...run.openPermissions, permissionId] };
    draft.items.push({
      ...judged(draft, event, body),
      kind: 'permission',
      expiresAt,
      decided: undefined,
      isVoid: false,
    });
  },
  action_denied: (draft, event, body) =>
    void draft.items.push({ ...judged(draft, event, body), kind: 'denied', deniedBy: body.by }),
  denial_lifted: (draft, event, { permissionId }) => {
    const key = permissionKey(permissionId);
    change(draft, key, 'denied', (item) => ({ ...item, liftedBy: event.actor }));
    change(draft, key, 'permission', (item) => ({ ...item, liftedBy: event.actor }));
  },
  permission_voted: (draft, event, { permissionId }) => {
    const key = permissionKey(permissionId);
    change(draft, key, 'denied', (item) => ({ ...item, allowedBy: [...item.allowedBy, event.actor] }));
    change(draft, key, 'permission', (item) => ({ ...item, allowedBy: [...item.allowedBy, event.actor] }));
  },
  permission_decided: (draft, event, { runId, permissionId, decision, scope, reason }) => {
    change(draft, permissionKey(permissionId), 'permission', (item) => ({
      ...item,
      decided: { decision, scope, by: event.actor, reason },
      // Who allowed what was denied all the same has no say in lifting it.
      allowedBy: decision === 'deny' ? [] : item.allowedBy,
    }));
    const run = draft.runs[runId];
    if (!run || isEndedRun(run.state)) return;
    const openPermissions = run.openPermissions.filter((id) => id !== permissionId);
    const goesOn = run.state === 'waiting' && openPermissions.length === 0;
    draft.runs[runId] = { ...run, openPermissions, state: goesOn ? 'running' : run.state };
  },
  run_cancel_requested: (draft, event, { runId }) => {
    const run = draft.runs[runId];
    if (run) draft.runs[runId] = { ...run, cancelRequested: true };
    if (run?.startedAt !== undefined) return note(draft, event, { what: 'cancel_requested', runId });
    const prompt = draft.items.find((item) => item.kind === 'prompt' && item.runId === runId);
    note(draft, event, { what: 'run_removed', runId, text: prompt?.kind === 'prompt' ? prompt.text : '' });
  },
  run_finished: (draft, event, { runId, state, error, suggestionId, usage }) => {
    const run = draft.runs[runId];
    draft.queue = draft.queue.filter((id) => id !== runId);
    if (run) {
      voidPermissions(draft, run);
      draft.runs[runId] = {
        ...run,
        state,
        phase: undefined,
        phaseAt: undefined,
        finishedAt: event.at,
        openPermissions: [],
        files: [],
      };
    }
    const durationMs = run?.startedAt === undefined ? undefined : Date.parse(event.at) - Date.parse(run.startedAt);
    draft.items.push({
      ...placed(event, `end:${runId}`),
      kind: 'run_end',
      runId,
      state,
      error,
      suggestionId,
      usage,
      durationMs,
    });
  },
  suggestion_created: (draft, event, { runId, suggestionId, files, hunks }) => {
    draft.items.push({
      ...placed(event, suggestionKey(suggestionId)),
      kind: 'suggestion',
      runId,
      suggestionId,
      files,
      hunks,
      decisions: {},
      continued: [],
    });
  },
  suggestion_continued: (draft, _event, { suggestionId, hunkIds }) =>
    change(draft, suggestionKey(suggestionId), 'suggestion', (item) => ({
      ...item,
      continued: [...item.continued, ...hunkIds],
    })),
  hunk_decided: (draft, event, { suggestionId, hunkId, path, decision, reason }) =>
    change(draft, suggestionKey(suggestionId), 'suggestion', (item) => ({
      ...item,
      continued: item.continued.filter((id) => id !== hunkId),
      decisions: decided(item, hunkId, decision === 'undo' ? undefined : { decision, path, by: event.actor, reason }),
    })),
  files_changed: (draft, event, { paths, cause }) => {
    // Opening a file changes nothing that people wrote; acceptances show on their suggestion.
    if (cause === 'open' || cause === 'accept') return;
    const last = draft.items.at(-1);
    // A running command changes files again and again; that is one thing to tell.
    const isAgain = last?.kind === 'notice' && last.what === 'files_changed' && last.cause === cause;
    if (isAgain && cause === 'command' && last.by.id === event.actor.id)
      draft.items[draft.items.length - 1] = { ...last, paths: [...new Set([...last.paths, ...paths])] };
    else note(draft, event, { what: 'files_changed', cause, paths });
  },
  checkpoint_named: (draft, event, { checkpointId, name }) => {
    if (name !== null) note(draft, event, { what: 'checkpoint_named', checkpointId, name });
  },
  checkpoint_restored: (draft, event, { type: _type, ...restored }) =>
    note(draft, event, { what: 'checkpoint_restored', ...restored }),
  instructions_given: (draft, event, { runId, paths }) =>
    note(draft, event, { what: 'instructions_given', runId, paths }),
  files_closed: (draft, event, { type: _type, ...closed }) => note(draft, event, { what: 'files_closed', ...closed }),
  mcp_servers_given: (draft, event, { type: _type, ...given }) =>
    note(draft, event, { what: 'mcp_servers_given', ...given }),
  data_sent: (draft, event, { type: _type, ...sent }) => note(draft, event, { what: 'data_sent', ...sent }),
  model_call_denied: (draft, event, { type: _type, ...denied }) =>
    note(draft, event, { what: 'model_call_denied', ...denied }),
  budget_reached: (draft, event, { type: _type, ...reached }) =>
    note(draft, event, { what: 'budget_reached', ...reached }),
  task_started: (draft, event, { taskId, name, command }) => {
    draft.items.push({
      ...placed(event, taskKey(taskId)),
      kind: 'task',
      taskId,
      name,
      command,
      by: event.actor,
      state: 'running',
      exitCode: null,
      durationMs: undefined,
      error: undefined,
    });
  },
  task_output: () => undefined,
  task_conflicts: () => undefined,
  task_finished: (draft, _event, { taskId, type: _type, outputBlobId: _output, ...end }) =>
    change(draft, taskKey(taskId), 'task', (item): TaskItem => ({ ...item, error: undefined, ...end })),
  guest_link_created: (draft, event, { level }) => note(draft, event, { what: 'link_created', level }),
  guest_link_ended: (draft, event) => note(draft, event, { what: 'link_ended' }),
  guest_knocked: (draft, event) => note(draft, event, { what: 'guest_knocked' }),
  guest_admitted: (draft, event, { name, asked }) =>
    note(draft, event, asked ? { what: 'guest_admitted', guest: name } : { what: 'guest_came' }),
  guest_denied: (draft, event, { name }) => note(draft, event, { what: 'guest_denied', guest: name }),
  guest_changed: (draft, event, { name, level }) => note(draft, event, { what: 'guest_changed', guest: name, level }),
  guest_revoked: (draft, event, { name }) => note(draft, event, { what: 'guest_revoked', guest: name }),
  guest_left: (draft, event, { wasIn }) => note(draft, event, { what: 'guest_left', wasIn }),
  comment_added: (draft, event, { threadId, commentId, path, line, excerpt, isReply }) => {
    const what = isReply ? 'replied' : 'started';
    draft.items.push({
      ...placed(event, commentKey(commentId)),
      kind: 'comment',
      what,
      by: event.actor,
      threadId,
      path,
      line,
      excerpt,
    });
  },
  comment_edited: (draft, _event, { commentId, excerpt }) =>
    change(draft, commentKey(commentId), 'comment', (item) => ({ ...item, excerpt })),
  comment_deleted: (draft, _event, { commentId }) =>
    change(draft, commentKey(commentId), 'comment', (item) => ({ ...item, excerpt: '' })),
  comment_resolved: (draft, event, { threadId, path, line, resolved }) => {
    const what = resolved ? 'resolved' : 'reopened';
    const place = { threadId, path, line };
    draft.items.push({
      ...placed(event, `thread:${event.seq}`),
      kind: 'comment',
      what,
      by: event.actor,
      ...place,
      excerpt: '',
    });
  },
  comment_moved: () => undefined,
  committed: (draft, event, { commit, message, pushed }) => {
    draft.items.push({
      ...placed(event, `commit:${event.seq}`),
      kind: 'commit',
      by: event.actor,
      commit,
      message,
      pushed,
    });
  },
};

/** What an item about an action that was judged says in either case. */
function judged(draft: Draft, event: SessionEvent, body: Body<'permission_requested' | 'action_denied'>) {
  const { runId, permissionId, toolCallId, title, reason, action, rules = [], saferWay, needs, opinion } = body;
  const run = draft.runs[runId];
  return {
    ...placed(event, permissionKey(permissionId)),
    runId,
    permissionId,
    toolCallId,
    title,
    reason,
    action,
    rules,
    saferWay,
    needs,
    spoke: run?.spoke ?? [],
    allowedBy: [],
    opinion,
    agent: run?.agent,
    worksFor: run?.author,
    liftedBy: undefined,
  };
}

const suggestionKey = (suggestionId: string) => `suggestion:${suggestionId}`;
const commentKey = (commentId: string) => `comment:${commentId}`;
const taskKey = (taskId: string) => `task:${taskId}`;
function addText(
  draft: Draft,
  event: SessionEvent,
  { runId, messageId, kind, text }: { runId: string; messageId: string; kind: 'text' | 'thought'; text: string },
): void {
  endPhase(draft, runId);
  const key = partKey(draft, runId, `${kind}:${messageId}`);
  if (draft.find(key) === -1) draft.items.push({ ...placed(event, key), kind, runId, text });
  else change(draft, key, kind, (item) => ({ ...item, text: item.text + text }));
}

function updatedCall(item: ToolCallItem, update: Omit<Body<'tool_call_update'>, 'type' | 'runId' | 'toolCallId'>) {
  return {
    ...item,
    title: update.title ?? item.title,
    status: update.status ?? item.status,
    output: update.output ?? item.output,
    diffs: update.diffs ?? item.diffs,
    exitCode: update.exitCode === undefined ? item.exitCode : update.exitCode,
    durationMs: update.durationMs ?? item.durationMs,
  };
}

function voidPermissions(draft: Draft, run: TranscriptRun): void {
  for (const permissionId of run.openPermissions)
    change(draft, permissionKey(permissionId), 'permission', (item): PermissionItem => ({ ...item, isVoid: true }));
}

function decided(item: SuggestionItem, hunkId: string, decision: HunkDecision | undefined) {
  const { [hunkId]: _before, ...others } = item.decisions;
  return decision ? { ...others, [hunkId]: decision } : others;
}
