'use client';

import { notifications } from '@mantine/notifications';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useTRPC } from '@/components/trpc.tsx';
import type { RouterOutputs } from '@/components/router-outputs.ts';
import { setConflict, useConflicts, type HunkConflict } from './conflict-store.ts';

type Decision = {
  hunkId: string;
  decision: 'accept' | 'reject' | 'undo';
  reason?: string;
  resolution?: string;
  resolutionFor?: string;
};

export type Decisions = ReturnType<typeof useDecisions>;

/**
 * Deciding on hunks. What the server says stands; a conflict is kept beside its hunk until a person resolves it, and
 * `onConflict` is told of it.
 */
export function useDecisions(suggestionId: string, onConflict?: (hunkId: string) => void) {
  const trpc = useTRPC();
  const queryClient = useQueryClient();
  const conflicts = useConflicts(suggestionId);
  const refresh = () => queryClient.invalidateQueries({ queryKey: trpc.suggestions.pathKey() });

  const one = useMutation(
    trpc.suggestions.decide.mutationOptions({
      onSuccess: (_result, { hunkId }) => setConflict(suggestionId, hunkId, undefined),
      onError: (error, { hunkId, decision }) => {
        const conflict = conflictOf(error.data, decision);
        if (conflict) {
          setConflict(suggestionId, hunkId, conflict);
          onConflict?.(hunkId);
        } else notifications.show({ color: 'red', title: 'The hunk stays as it was', message: error.message });
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
          message: whyLeft(result.conflicts.map((conflict) => conflict.message)),
        });
      },
      onError: (error) =>
        notifications.show({ color: 'red', title: 'Not everything was decided', message: error.message }),
      onSettled: refresh,
    }),
  );
  const revert = useMutation(
    trpc.suggestions.revert.mutationOptions({
      onSuccess: saidReverted,
      onError: (error) => notifications.show({ color: 'red', title: 'Nothing was reverted', message: error.message }),
      onSettled: refresh,
    }),
  );

  return {
    decide: (decision: Decision) => one.mutate({ suggestionId, ...decision }),
    decideAll: (decision: 'accept' | 'reject') => all.mutate({ suggestionId, decision }),
    revert: () => revert.mutate({ suggestionId }),
    conflictOf: (hunkId: string) => conflicts.get(hunkId),
    dropConflict: (hunkId: string) => setConflict(suggestionId, hunkId, undefined),
    busy: one.isPending ? one.variables.hunkId : undefined,
    busyAll: all.isPending || revert.isPending,
  };
}

function saidReverted({ decided, conflicts }: RouterOutputs['suggestions']['revert']): void {
  const hunks = (count: number) => `${count} ${count === 1 ? 'hunk' : 'hunks'}`;
  if (conflicts.length === 0) {
    notifications.show({
      color: 'green',
      title: `Reverted ${hunks(decided.length)}`,
      message: 'They are out of the text and can be reviewed again.',
    });
    return;
  }
  const paths = [...new Set(conflicts.map((conflict) => conflict.path))];
  notifications.show({
    color: 'yellow',
    title: `Reverted ${hunks(decided.length)}, ${hunks(conflicts.length)} stayed`,
    message: `People changed the accepted lines since in ${paths.join(', ')}. Undo those one by one and choose the text.`,
    autoClose: 30_000,
  });
}

function conflictOf(data: unknown, decision: Decision['decision']): HunkConflict | undefined {
  const details = (data as { details?: Partial<HunkConflict> } | null | undefined)?.details;
  if (typeof details?.base !== 'string' || typeof details.live !== 'string' || typeof details.suggested !== 'string')
    return undefined;
  const during = decision === 'undo' ? 'undo' : 'accept';
  return { during, base: details.base, live: details.live, suggested: details.suggested };
}

/** The reason, when it is the same for all; a few of them otherwise. */
function whyLeft(messages: readonly string[]): string {
  const different = [...new Set(messages)];
  const shown = different.slice(0, 2).join(' ');
  return different.length > 2 ? `${shown} And ${different.length - 2} more reasons, at the hunks.` : shown;
}
