import { noticeText } from './notice-text.ts';
import type { ToolCallItem, TranscriptItem } from './transcript-item.ts';

type ItemOf<Kind extends TranscriptItem['kind']> = Extract<TranscriptItem, { kind: Kind }>;
type Texts = { [Kind in TranscriptItem['kind']]: (item: ItemOf<Kind>) => string };

const lines = (...parts: readonly (string | undefined)[]) => parts.filter((part) => part).join('\n');

/** What an item of the transcript says, as plain text: for searching and for the clipboard. */
export function itemText(item: TranscriptItem): string {
  // Each function takes the item of the kind it stands under; the compiler cannot follow that through the lookup.
  const text = texts[item.kind] as (item: TranscriptItem) => string;
  return text(item);
}

const texts: Texts = {
  prompt: ({ author, text }) => `${author.name}: ${text}`,
  steer: ({ author, text }) => `${author.name}: ${text}`,
  proposal: ({ author, text }) => `${author.name}: ${text}`,
  text: ({ text }) => text,
  thought: ({ text }) => text,
  plan: ({ entries }) =>
    entries.map(({ text, status }) => `${status === 'completed' ? '[x]' : '[ ]'} ${text}`).join('\n'),
  tool_call: callText,
  permission: ({ title, reason, saferWay, decided }) => lines(title, reason, saferWay, decided?.reason),
  denied: ({ title, reason, saferWay }) => lines(title, reason, saferWay),
  kept: ({ kept }) => kept.title,
  run_end: ({ error }) => error ?? '',
  suggestion: ({ hunks, files }) => `Suggestion: ${hunks} hunks in ${files} files`,
  commit: ({ by, commit, message }) => `${by.name} committed ${commit.slice(0, 8)}: ${message}`,
  task: ({ by, command, error }) => lines(`${by.name} ran ${command}`, error),
  comment: ({ by, path, line, excerpt }) => `${by.name}, ${path}:${line}: ${excerpt}`,
  notice: (item) => `${item.by.name} ${noticeText(item)}`,
};

function callText({ title, input, output, diffs, paths }: ToolCallItem): string {
  return lines(
    title,
    ...paths,
    input?.text,
    output?.text,
    ...diffs.flatMap(({ path, oldText, newText }) => [path, oldText ?? '', newText]),
  );
}
