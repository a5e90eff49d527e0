'use client';

import { useCallback, useState, useSyncExternalStore } from 'react';

function createCell<T>() {
  let current: T | undefined;
  return {
    get: () => current,
    set: (next: T | undefined) => {
      current = next;
    },
  };
}

/**
 * Something that must be opened and closed (a connection, a subscription) for as long as the calling component is on
 * screen. Undefined until it is open. Pass functions that stay the same until another one is to be opened.
 */
export function useResource<T>(open: () => T, close: (resource: T) => void): T | undefined {
  const [cell] = useState(createCell<T>);
  const subscribe = useCallback(
    (changed: () => void) => {
      const opened = open();
      cell.set(opened);
      changed();
      return () => {
        cell.set(undefined);
        close(opened);
      };
    },
    [cell, open, close],
  );
  return useSyncExternalStore(subscribe, cell.get, () => undefined);
}
