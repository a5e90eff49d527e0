import { note, partKey, placed, type Draft, type Handlers } from './transcript-draft.ts';
import type { KeptMark, TranscriptItem } from './transcript-item.ts';

/**
 * Files that were kept before an action show on the action's own card: its tool call, else the question that was asked about it. An
 * action that has neither gets a card of its own, until its tool call comes.
 */
export const keptHandlers = {
  files_kept: (draft, event, { runId, keptId, toolCallId, title }) => {
    const kept: KeptMark = { keptId, title, putBack: undefined };
    const index = cardOf(draft, runId, toolCallId);
    const item = draft.items[index];
    if (item && mayHold(item)) draft.items[index] = { ...item, kept };
    else draft.items.push({ ...placed(event, `kept:${keptId}`), kind: 'kept', runId, toolCallId, kept });
  },
  files_put_back: (draft, event, { type: _type, ...done }) => {
    const putBack = { by: event.actor, undoId: done.undoId };
    const index = draft.items.findLastIndex((item) => 'kept' in item && item.kept?.keptId === done.keptId);
    const item = draft.items[index];
    if (item && 'kept' in item && item.kept) draft.items[index] = { ...item, kept: { ...item.kept, putBack } };
    note(draft, event, { what: 'files_put_back', ...done });
  },
  undo_told: (draft, event, { type: _type, ...told }) => note(draft, event, { what: 'undo_told', ...told }),
} satisfies Partial<Handlers>;

type Holder = Extract<TranscriptItem, { kind: 'tool_call' | 'permission' }>;
const mayHold = (item: TranscriptItem): item is Holder => item.kind === 'tool_call' || item.kind === 'permission';

function cardOf(draft: Draft, runId: string, toolCallId: string | undefined): number {
  if (toolCallId === undefined) return -1;
  const call = draft.find(partKey(draft, runId, `call:${toolCallId}`));
  if (call !== -1) return call;
  return draft.items.findLastIndex(
    (item) => item.kind === 'permission' && item.runId === runId && item.toolCallId === toolCallId,
  );
}

/** What was kept before a tool call that is told only now; its own card goes. */
export function takeKept(draft: Draft, runId: string, toolCallId: string): KeptMark | undefined {
  const index = draft.items.findLastIndex(
    (item) => item.kind === 'kept' && item.runId === runId && item.toolCallId === toolCallId,
  );
  const item = draft.items[index];
  if (item?.kind !== 'kept') return undefined;
  draft.items.splice(index, 1);
  return item.kept;
}
