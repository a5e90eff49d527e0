'use client';

import { useSyncExternalStore } from 'react';

const listeners = new Set<() => void>();
let timer: ReturnType<typeof setInterval> | undefined;

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  timer ??= setInterval(() => {
    for (const each of listeners) each();
  }, 1_000);
  return () => {
    listeners.delete(listener);
    if (listeners.size > 0) return;
    clearInterval(timer);
    timer = undefined;
  };
}

/** Minutes and seconds: `0:07`, `12:40`. */
export function clockOf(seconds: number): string {
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`;
}

/** How long something has lasted, second by second. */
export function Elapsed({ since }: { since: string }) {
  const seconds = useSyncExternalStore(
    subscribe,
    () => Math.max(0, Math.floor((Date.now() - Date.parse(since)) / 1000)),
    () => 0,
  );
  return <span className="ens-tabular">{clockOf(seconds)}</span>;
}
