'use client';

import { useQuery } from '@tanstack/react-query';
import { useTRPC } from '@/components/trpc.tsx';
import { attachmentLabel, type PromptAttachment } from '@/server/core/attachment.ts';
import { bestPaths } from '@/server/core/path-match.ts';
import { symbolsIn } from '@/server/core/symbols.ts';
import type { Transcript } from '@/server/core/transcript.ts';
import { useSession } from './session-context.tsx';
import { useTranscript } from './use-feed.ts';

export type Candidate = { attachment: PromptAttachment; label: string; hint: string };

/** Of longer texts the symbols are not looked for while somebody types. */
const longestText = 200_000;
const most = { file: 6, symbol: 4, problem: 3, run: 3, suggestion: 2 };

/** What a mention may mean: files of the session, symbols and problems of its open files, earlier turns, suggestions. */
export function useCandidates(query: string | undefined): Candidate[] {
  const { session, room, models } = useSession();
  const trpc = useTRPC();
  const transcript = useTranscript();
  const files = useQuery(trpc.files.list.queryOptions({ sessionId: session.id }, { enabled: query !== undefined }));
  if (query === undefined) return [];
  const wanted = query.toLowerCase();
  const paths = bestPaths(files.data?.items.map(({ path }) => path) ?? [], query, most.file);
  const open = [...room.getSnapshot().files.values()];
  const symbols = open.flatMap(({ path, text }) =>
    (text.length > longestText ? [] : symbolsIn(text.toString())).map(({ name, line }) => ({
      kind: 'symbol' as const,
      path,
      name,
      line,
    })),
  );
  const problems = (models?.problems() ?? []).map((problem) => ({ kind: 'diagnostic' as const, ...problem }));
  const candidates: Candidate[] = [
    ...paths.map((path) => candidate({ kind: 'file', path }, 'File')),
    ...symbols
      .filter(({ name }) => wanted !== '' && name.toLowerCase().includes(wanted))
      .slice(0, most.symbol)
      .map((symbol) => candidate(symbol, 'Symbol of an open file')),
    ...problems
      .filter(({ message, path }) => `${path} ${message}`.toLowerCase().includes(wanted))
      .slice(0, most.problem)
      .map((problem) => candidate(problem, 'Problem')),
    ...turnsOf(transcript, wanted),
  ];
  return candidates;
}

const candidate = (attachment: PromptAttachment, hint: string): Candidate => ({
  attachment,
  label: attachmentLabel(attachment),
  hint,
});

function turnsOf({ items, queue }: Transcript, wanted: string): Candidate[] {
  const newest = items.toReversed();
  const runs = newest.flatMap((item) =>
    item.kind === 'prompt' && !queue.includes(item.runId)
      ? [{ kind: 'run' as const, runId: item.runId, title: firstLine(item.text) }]
      : [],
  );
  const suggestions = newest.flatMap((item) => {
    if (item.kind !== 'suggestion') return [];
    const asked = items.find((each) => each.kind === 'prompt' && each.runId === item.runId);
    const title = asked?.kind === 'prompt' ? firstLine(asked.text) : 'Suggestion';
    return [{ kind: 'suggestion' as const, suggestionId: item.suggestionId, title }];
  });
  const fits = ({ title }: { title: string }) => title.toLowerCase().includes(wanted);
  return [
    ...suggestions
      .filter(fits)
      .slice(0, most.suggestion)
      .map((one) => candidate(one, 'Suggestion')),
    ...runs
      .filter(fits)
      .slice(0, most.run)
      .map((one) => candidate(one, 'Earlier turn')),
  ];
}

const firstLine = (text: string) => (text.split('\n', 1)[0] ?? '').slice(0, 80);
