import type { NoticeItem } from './transcript-item.ts';

const kinds = ['thread_started', 'thread_handed_over', 'thread_restored', 'run_continues'] as const;

type ThreadNotice = Extract<NoticeItem, { what: (typeof kinds)[number] }>;

export const isAboutThread = (item: NoticeItem): item is ThreadNotice => kinds.some((kind) => kind === item.what);

/** What happened to a conversation with an agent, in words that follow the name of who did it. */
export function threadText(item: ThreadNotice): string {
  switch (item.what) {
    case 'thread_started':
      return item.fromRunId === undefined
        ? `began a new conversation with ${item.agent}`
        : `forked the conversation with ${item.agent}`;
    case 'thread_handed_over':
      return `handed the conversation with ${item.agent} over to ${item.to.name}`;
    case 'thread_restored':
      return `put the files of the conversation with ${item.agent} back to an earlier turn`;
    case 'run_continues':
      return continuedText(item);
  }
}

function continuedText({ memory, conflicts }: Extract<ThreadNotice, { what: 'run_continues' }>): string {
  const [first = '', ...more] = conflicts;
  const missing = `went on without its earlier change of ${first}${more.length === 0 ? '' : ` and ${more.length} more`}, because people changed the same lines`;
  if (memory === 'kept') return missing;
  const told =
    memory === 'told' ? 'was told what was said before, because its own memory is not there' : 'remembers nothing';
  return conflicts.length === 0 ? told : `${told}; it ${missing}`;
}
