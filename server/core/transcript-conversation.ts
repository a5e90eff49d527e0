import { change, permissionKey, placed, type Draft, type Handlers } from './transcript-draft.ts';

/** What people say: prompts and their order, what is said into a turn, and prompts that wait for a member. */
export const conversationHandlers = {
  prompt: (draft, event, body) => {
    const { runId, text, agent, model, mode } = body;
    const author = event.actor;
    draft.items.push({
      ...placed(event, promptKey(runId)),
      kind: 'prompt',
      runId,
      author,
      text,
      agent,
      model,
      mode,
      effort: body.effort,
      attachments: body.attachments ?? [],
      editedBy: undefined,
      threadId: body.threadId,
      interrupts: body.interrupts,
      wordsOf: body.wordsOf,
      steerId: body.steerId,
    });
    draft.runs[runId] = {
      runId,
      agent,
      author,
      spoke: [author.id, ...(body.wordsOf ? [body.wordsOf.id] : [])],
      state: 'queued',
      starts: 0,
      queuedAt: event.at,
      memory: undefined,
      startedAt: undefined,
      finishedAt: undefined,
      cancelRequested: false,
      phase: undefined,
      phaseAt: undefined,
      openPermissions: [],
      files: [],
    };
    draft.queue.push(runId);
  },
  prompt_edited: (draft, event, { runId, text }) => {
    change(draft, promptKey(runId), 'prompt', (item) => ({ ...item, text, editedBy: event.actor }));
    spoke(draft, runId, event.actor.id);
  },
  queue_ordered: (draft, _event, { runIds }) => {
    const rest = draft.queue.filter((runId) => !runIds.includes(runId));
    draft.queue = [...runIds.filter((runId) => draft.queue.includes(runId)), ...rest];
  },
  steer: (draft, event, { runId, steerId, text }) => {
    draft.items.push({
      ...placed(event, steerKey(steerId)),
      kind: 'steer',
      runId,
      steerId,
      author: event.actor,
      text,
      state: 'waiting',
      nextRunId: undefined,
    });
    spoke(draft, runId, event.actor.id);
  },
  steer_settled: (draft, _event, { steerId, outcome, nextRunId }) =>
    change(draft, steerKey(steerId), 'steer', (item) => ({ ...item, state: outcome, nextRunId })),
  prompt_proposed: (draft, event, { proposalId, text, agent, mode }) => {
    draft.items.push({
      ...placed(event, proposalKey(proposalId)),
      kind: 'proposal',
      proposalId,
      author: event.actor,
      text,
      agent,
      mode,
      state: 'open',
      decidedBy: undefined,
      reason: undefined,
      runId: undefined,
    });
  },
  proposal_decided: (draft, event, { proposalId, outcome, runId, reason }) =>
    change(draft, proposalKey(proposalId), 'proposal', (item) => ({
      ...item,
      state: outcome,
      decidedBy: event.actor,
      reason,
      runId,
    })),
  agent_ready: (draft, event, { runId }) => {
    const run = draft.runs[runId];
    if (run) draft.runs[runId] = { ...run, phase: 'asked', phaseAt: event.at };
  },
} satisfies Partial<Handlers>;

/** The agent showed that it works: nothing is waited for any more. */
export function endPhase(draft: Draft, runId: string): void {
  const run = draft.runs[runId];
  if (run?.phase !== undefined) draft.runs[runId] = { ...run, phase: undefined, phaseAt: undefined };
}

/** Somebody's words are part of a turn: what it asks from now on, and what it waits for, is for others where that is needed. */
function spoke(draft: Draft, runId: string, personId: string): void {
  const run = draft.runs[runId];
  if (!run || run.spoke.includes(personId)) return;
  draft.runs[runId] = { ...run, spoke: [...run.spoke, personId] };
  for (const permissionId of run.openPermissions)
    change(draft, permissionKey(permissionId), 'permission', (item) => ({ ...item, spoke: [...item.spoke, personId] }));
}

const promptKey = (runId: string) => `prompt:${runId}`;
const steerKey = (steerId: string) => `steer:${steerId}`;
const proposalKey = (proposalId: string) => `proposal:${proposalId}`;
