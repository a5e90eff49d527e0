'use client';

import { skipToken, useQuery } from '@tanstack/react-query';
import { useCallback, useSyncExternalStore } from 'react';
import type * as Y from 'yjs';
import { useTRPC } from '@/components/trpc.tsx';
import { useResource } from '@/components/ui/use-resource.ts';
import { HunkFinder, type HunkPlaces } from './hunk-finder.ts';
import type { SuggestionHunk } from './use-open-suggestions.ts';

type Options = {
  suggestionId: string;
  path: string;
  hunks: readonly SuggestionHunk[];
  /** The file's live text; without one nothing is looked for. */
  text: Y.Text | undefined;
};

const nowhere: HunkPlaces = new Map();
const close = (finder: HunkFinder | undefined) => finder?.close();
const never = () => () => undefined;

/** Where the unreviewed hunks of one file are in what people see, by hunk id. Empty until that is known. */
export function useHunkPlaces({ suggestionId, path, hunks, text }: Options): HunkPlaces {
  const trpc = useTRPC();
  const isWanted = text !== undefined && hunks.some((hunk) => hunk.kind === 'text' && hunk.state === 'unreviewed');
  const { data } = useQuery(
    // The commits of a suggestion never change, so neither does its base.
    trpc.suggestions.file.queryOptions(isWanted ? { suggestionId, path } : skipToken, { staleTime: Infinity }),
  );
  const base = data?.baseText;
  const open = useCallback(
    () => (text && isWanted && typeof base === 'string' ? new HunkFinder(text, base, hunks) : undefined),
    [text, isWanted, base, hunks],
  );
  const finder = useResource(open, close);
  return useSyncExternalStore(
    finder?.subscribe ?? never,
    () => finder?.getPlaces() ?? nowhere,
    () => nowhere,
  );
}
