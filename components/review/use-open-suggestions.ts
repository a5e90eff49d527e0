'use client';

import { useQueries, useQuery } from '@tanstack/react-query';
import { useMemo } from 'react';
import type { RouterOutputs } from '@/components/router-outputs.ts';
import { useSession } from '@/components/session/session-context.tsx';
import { useTRPC } from '@/components/trpc.tsx';

export type Suggestion = RouterOutputs['suggestions']['get'];
export type SuggestionHunk = Suggestion['files'][number]['hunks'][number];

/** Older ones are in the conversation; their hunks are not looked up by themselves. */
const mostLookedUp = 8;

const arrived = (results: readonly { data: Suggestion | undefined }[]) => results.flatMap(({ data }) => data ?? []);

/** The session's newest suggestions that still have unreviewed hunks. */
export function useOpenSuggestions(): Suggestion[] {
  const { session } = useSession();
  const trpc = useTRPC();
  const list = useQuery(trpc.suggestions.list.queryOptions({ sessionId: session.id }));
  const open = (list.data ?? [])
    .filter((each) => each.refusedReason === null && each.decidedCount < each.hunkCount)
    .slice(0, mostLookedUp);
  return useQueries({
    queries: open.map(({ id }) => trpc.suggestions.get.queryOptions({ suggestionId: id })),
    combine: arrived,
  });
}

export type Unreviewed = {
  total: number;
  byPath: ReadonlyMap<string, number>;
  bySuggestion: ReadonlyMap<string, number>;
};

/** How many hunks nobody has decided on, by file and by suggestion. */
export function useUnreviewed(): Unreviewed {
  const suggestions = useOpenSuggestions();
  return useMemo(() => {
    const byPath = new Map<string, number>();
    const bySuggestion = new Map<string, number>();
    let total = 0;
    for (const suggestion of suggestions) {
      for (const hunk of suggestion.files.flatMap((file) => file.hunks)) {
        if (hunk.state !== 'unreviewed') continue;
        byPath.set(hunk.path, (byPath.get(hunk.path) ?? 0) + 1);
        bySuggestion.set(suggestion.id, (bySuggestion.get(suggestion.id) ?? 0) + 1);
        total += 1;
      }
    }
    return { total, byPath, bySuggestion };
  }, [suggestions]);
}
