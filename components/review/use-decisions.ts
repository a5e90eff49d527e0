'use client';

import { notifications } from '@mantine/notifications';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useTRPC } from '@/components/trpc.tsx';

export type HunkConflict = { base: string; live: string; suggested: string };
type Decision = {
  hunkId: string;
  decision: 'accept' | 'reject' | 'undo';
  reason?: string;
  resolution?: string;
  resolutionFor?: string;
};

export type Decisions = ReturnType<typeof useDecisions>;

/** Deciding on hunks. What the server says stands; a conflict is kept beside its hunk until a person resolves it. */
export function useDecisions(suggestionId: string) {
  const trpc = useTRPC();
  const queryClient = useQueryClient();
  const [conflicts, setConflicts] = useState<ReadonlyMap<string, HunkConflict>>(new Map());
  const refresh = () => queryClient.invalidateQueries({ queryKey: trpc.suggestions.pathKey() });

  const setConflict = (hunkId: string, conflict: HunkConflict | undefined) =>
    setConflicts((current) => {
      const next = new Map(current);
      if (conflict) next.set(hunkId, conflict);
      else next.delete(hunkId);
      return next;
    });

  const one = useMutation(
    trpc.suggestions.decide.mutationOptions({
      onSuccess: (_result, { hunkId }) => setConflict(hunkId, undefined),
      onError: (error, { hunkId }) => {
        const conflict = conflictOf(error.data);
        if (conflict) setConflict(hunkId, conflict);
        else notifications.show({ color: 'red', title: 'The hunk stays as it was', message: error.message });
      },
      onSettled: refresh,
    }),
  );
  const all = useMutation(
    trpc.suggestions.decideAll.mutationOptions({
      onSuccess: (result) => {
        if (result.conflicts.length === 0) return;
        notifications.show({
          color: 'yellow',
          title: `${result.conflicts.length} left for you`,
          message: 'People changed the same lines meanwhile. Accept those one by one and choose the text.',
        });
      },
      onError: (error) =>
        notifications.show({ color: 'red', title: 'Not everything was decided', message: error.message }),
      onSettled: refresh,
    }),
  );

  return {
    decide: (decision: Decision) => one.mutate({ suggestionId, ...decision }),
    decideAll: (decision: 'accept' | 'reject') => all.mutate({ suggestionId, decision }),
    conflictOf: (hunkId: string) => conflicts.get(hunkId),
    dropConflict: (hunkId: string) => setConflict(hunkId, undefined),
    busy: one.isPending ? one.variables.hunkId : undefined,
    busyAll: all.isPending,
  };
}

function conflictOf(data: unknown): HunkConflict | undefined {
  const details = (data as { details?: Partial<HunkConflict> } | null | undefined)?.details;
  if (typeof details?.base !== 'string' || typeof details.live !== 'string' || typeof details.suggested !== 'string')
    return undefined;
  return { base: details.base, live: details.live, suggested: details.suggested };
}
