'use client';

import { useMantineColorScheme } from '@mantine/core';
import type { SpotlightActionData } from '@mantine/spotlight';
import { useRouter } from 'next/navigation';
import { useMemo, useSyncExternalStore } from 'react';
import type { FrameTeam } from './app-frame.tsx';

export type Command = { id: string; label: string; description?: string; keywords?: string[]; run: () => void };

/** Commands that the page on screen offers to the palette; a page registers them while it is shown. */
let offered: readonly Command[] = [];
const watchers = new Set<() => void>();

function setOffered(next: readonly Command[]): void {
  offered = next;
  for (const watcher of watchers) watcher();
}

/** Offers commands until the returned function is called. */
export function offerCommands(commands: readonly Command[]): () => void {
  setOffered([...offered, ...commands]);
  return () => setOffered(offered.filter((command) => !commands.includes(command)));
}

const subscribe = (watcher: () => void) => {
  watchers.add(watcher);
  return () => void watchers.delete(watcher);
};
const nothing: readonly Command[] = [];

export function useCommands(
  team: FrameTeam,
  places: readonly { href: string; label: string }[],
): SpotlightActionData[] {
  const router = useRouter();
  const { setColorScheme } = useMantineColorScheme();
  const fromPage = useSyncExternalStore(
    subscribe,
    () => offered,
    () => nothing,
  );
  return useMemo(() => {
    const go = (href: string) => () => router.push(href as never);
    return [
      ...fromPage.map((command) => ({
        id: command.id,
        label: command.label,
        description: command.description ?? '',
        keywords: command.keywords ?? [],
        onClick: command.run,
      })),
      ...places.map((place) => ({
        id: `go-${place.label}`,
        label: `Go to ${place.label.toLowerCase()}`,
        onClick: go(place.href),
      })),
      {
        id: 'new-project',
        label: 'Add a project',
        keywords: ['open', 'clone', 'repository', 'upload'],
        onClick: go(`/${team.slug}/projects/new`),
      },
      { id: 'theme-light', label: 'Use the light theme', onClick: () => setColorScheme('light') },
      { id: 'theme-dark', label: 'Use the dark theme', onClick: () => setColorScheme('dark') },
      { id: 'theme-auto', label: 'Use the system’s theme', onClick: () => setColorScheme('auto') },
    ];
  }, [fromPage, places, router, setColorScheme, team.slug]);
}
