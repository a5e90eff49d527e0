'use client';

import { useCallback, useSyncExternalStore } from 'react';
import { FirstSeen } from './first-seen.ts';

const seen = new FirstSeen(() => performance.now());
/** A timer may ring a little before its time. */
const graceMs = 20;

/** Whether what has this key has been in front of the person for so long: a click that comes sooner was meant for something else. */
export function useSeen(key: string, forMs: number): boolean {
  const subscribe = useCallback(
    (changed: () => void) => {
      const timer = setTimeout(changed, seen.left(key, forMs) + graceMs);
      return () => clearTimeout(timer);
    },
    [key, forMs],
  );
  return useSyncExternalStore(
    subscribe,
    () => seen.left(key, forMs) === 0,
    () => false,
  );
}
