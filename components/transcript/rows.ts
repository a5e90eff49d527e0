import type {
  NoticeItem,
  PromptItem,
  RunEndItem,
  ToolCallItem,
  TranscriptItem,
} from '@/server/core/transcript-item.ts';

/** What stands under each other in the transcript. `key` stays the same while the row changes. */
export type Row =
  | { kind: 'item'; key: string; item: TranscriptItem }
  /** Small steps that are one thing to tell. */
  | { kind: 'group'; key: string; calls: readonly ToolCallItem[] }
  /** A turn begins, and its prompt does not stand right above: it has waited, or others have spoken since. */
  | { kind: 'turn'; key: string; prompt: PromptItem }
  /** Below it is what this person has not read yet. */
  | { kind: 'unread'; key: string };

const fewest = 3;

/** @param readSeq how far this person had read when they came; undefined when there is nothing to mark */
export function rowsOf(items: readonly TranscriptItem[], readSeq: number | undefined): Row[] {
  const rows: Row[] = [];
  let steps: ToolCallItem[] = [];
  let isMarked = readSeq === undefined || readSeq === 0;
  const endSteps = () => {
    rows.push(...rowsOfSteps(steps));
    steps = [];
  };
  const begins = turnMarks();
  for (const item of items) {
    if (isToldElsewhere(item)) continue;
    if (!isMarked && item.seq > (readSeq ?? 0)) {
      isMarked = true;
      endSteps();
      if (rows.length > 0) rows.push({ kind: 'unread', key: 'unread' });
    }
    const prompt = begins(item);
    if (prompt) {
      endSteps();
      rows.push({ kind: 'turn', key: `turn:${prompt.runId}`, prompt });
    }
    if (isSmallStep(item)) {
      if (steps[0] && steps[0].runId !== item.runId) endSteps();
      steps.push(item);
      continue;
    }
    endSteps();
    rows.push({ kind: 'item', key: item.key, item });
  }
  endSteps();
  return rows;
}

function rowsOfSteps(steps: readonly ToolCallItem[]): Row[] {
  const [first] = steps;
  if (!first || steps.length < fewest) return steps.map((item) => ({ kind: 'item', key: item.key, item }));
  return [{ kind: 'group', key: `steps:${first.key}`, calls: steps }];
}

/** Reading and searching that went well. */
function isSmallStep(item: TranscriptItem): item is ToolCallItem {
  return (
    item.kind === 'tool_call' &&
    (item.tool === 'read' || item.tool === 'search') &&
    item.status === 'completed' &&
    item.diffs.length === 0 &&
    !item.exitCode
  );
}

/** Entry after entry. @returns the prompt of the turn that begins here, where it does not stand right above */
function turnMarks(): (item: TranscriptItem) => PromptItem | undefined {
  const prompts = new Map<string, PromptItem>();
  const begun = new Set<string>();
  let above: string | undefined;
  return (item) => {
    if (item.kind === 'prompt') prompts.set(item.runId, item);
    const runId = item.kind === 'prompt' ? item.runId : runOfWork(item);
    if (runId === undefined) return undefined;
    const isMarked = item.kind !== 'prompt' && above !== runId && !begun.has(runId);
    if (item.kind !== 'prompt') begun.add(runId);
    above = runId;
    return isMarked ? prompts.get(runId) : undefined;
  };
}

/** Of what an agent says and does. */
function runOfWork(item: TranscriptItem): string | undefined {
  switch (item.kind) {
    case 'text':
    case 'thought':
    case 'plan':
    case 'tool_call':
    case 'permission':
    case 'denied':
      return item.runId;
    default:
      return undefined;
  }
}

function isToldElsewhere(item: TranscriptItem): boolean {
  if (item.kind === 'run_end') return isRemoval(item);
  return item.kind === 'notice' && isNoNews(item);
}

/** A prompt that was removed before it began: whoever did it has a line of their own. */
const isRemoval = ({ state, durationMs, error }: RunEndItem) =>
  state === 'cancelled' && durationMs === undefined && error === undefined;

/** A commit and a decision have lines of their own; opening a file is no news. */
function isNoNews(item: NoticeItem): boolean {
  return item.what === 'files_changed' && (item.cause === 'commit' || item.cause === 'accept' || item.cause === 'open');
}

/** "Read 4 files, searched 2 times". */
export function stepsInWords(calls: readonly ToolCallItem[]): string {
  const reads = calls.filter(({ tool }) => tool === 'read').length;
  const searches = calls.length - reads;
  const read = reads === 0 ? [] : [`read ${reads} ${reads === 1 ? 'file' : 'files'}`];
  const searched = searches === 0 ? [] : [`searched ${searches} ${searches === 1 ? 'time' : 'times'}`];
  const words = [...read, ...searched].join(', ');
  return words.charAt(0).toUpperCase() + words.slice(1);
}

/** The items of a row, those of a group one by one. */
export function itemsOf(row: Row): readonly TranscriptItem[] {
  if (row.kind === 'item') return [row.item];
  return row.kind === 'group' ? row.calls : [];
}

/** The row that shows the entry `seq`: its own, or the last one before it. -1 when there is none. */
export function rowAtSeq(rows: readonly Row[], seq: number): number {
  let found = -1;
  for (const [index, row] of rows.entries()) {
    const first = itemsOf(row)[0];
    if (first && first.seq <= seq) found = index;
  }
  return found;
}
