import type { SessionEvent, SessionEventBody } from './session-event.ts';
import type { NoticeItem, TranscriptItem, TranscriptRun } from './transcript-item.ts';

/**
 * What the browser shows and an export tells of a session, folded from its log. A value: each fold gives a new one that
 * shares with the old what did not change.
 */
export type Transcript = {
  /** In the order in which they began. */
  items: readonly TranscriptItem[];
  runs: Readonly<Record<string, TranscriptRun>>;
  /** Runs that wait for their turn, next one first. */
  queue: readonly string[];
  lastSeq: number;
  /** The first entry that was not handed over although later ones were: read the log again from there. */
  missingSeq: number | undefined;
};

/** A transcript while entries are taken in; handlers change it in place. */
export type Draft = {
  items: TranscriptItem[];
  runs: Record<string, TranscriptRun>;
  queue: string[];
  lastSeq: number;
  missingSeq: number | undefined;
  /** Where an item with this key stands, found from the end where work goes on. */
  find(key: string): number;
};

export type Body<Type extends SessionEventBody['type']> = Extract<SessionEventBody, { type: Type }>;
export type Handlers = {
  [Type in SessionEventBody['type']]: (draft: Draft, event: SessionEvent, body: Body<Type>) => void;
};

/** Ids of messages and tool calls are the agent's own: they may repeat when a run starts again. */
export const partKey = (draft: Draft, runId: string, part: string) =>
  `${runId}:${draft.runs[runId]?.starts ?? 0}:${part}`;

export const permissionKey = (permissionId: string) => `permission:${permissionId}`;

export const placed = (event: SessionEvent, key: string) => ({ key, seq: event.seq, at: event.at });

type WithoutPlace<Item> = Item extends unknown ? Omit<Item, 'key' | 'seq' | 'at' | 'kind' | 'by'> : never;

export function note(draft: Draft, event: SessionEvent, notice: WithoutPlace<NoticeItem>): void {
  draft.items.push({ ...placed(event, `notice:${event.seq}`), kind: 'notice', by: event.actor, ...notice });
}

type ItemOf<Kind extends TranscriptItem['kind']> = Extract<TranscriptItem, { kind: Kind }>;

/** Replaces the item with this key, when there is one of this kind. */
export function change<Kind extends TranscriptItem['kind']>(
  draft: Draft,
  ...[key, kind, to]: [key: string, kind: Kind, to: (item: ItemOf<Kind>) => ItemOf<Kind>]
): void {
  const index = draft.find(key);
  const item = draft.items[index];
  if (item && isKind(item, kind)) draft.items[index] = to(item);
}

function isKind<Kind extends TranscriptItem['kind']>(item: TranscriptItem, kind: Kind): item is ItemOf<Kind> {
  return item.kind === kind;
}
