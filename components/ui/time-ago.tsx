'use client';

import { Tooltip } from '@mantine/core';
import { useSyncExternalStore } from 'react';

const listeners = new Set<() => void>();
let now = Date.now();
let timer: ReturnType<typeof setInterval> | undefined;

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  timer ??= setInterval(() => {
    now = Date.now();
    for (const each of listeners) each();
  }, 15_000);
  return () => {
    listeners.delete(listener);
    if (listeners.size > 0) return;
    clearInterval(timer);
    timer = undefined;
  };
}

const units: [Intl.RelativeTimeFormatUnit, number][] = [
  ['day', 86_400_000],
  ['hour', 3_600_000],
  ['minute', 60_000],
];

export function relativeTime(at: Date, from: number): string {
  const distance = at.getTime() - from;
  const format = new Intl.RelativeTimeFormat('en', { numeric: 'auto', style: 'narrow' });
  for (const [unit, size] of units)
    if (Math.abs(distance) >= size) return format.format(Math.round(distance / size), unit);
  return 'just now';
}

/** The time in milliseconds, looked at every 15 seconds. */
export function useNow(): number {
  return useSyncExternalStore(
    subscribe,
    () => now,
    () => now,
  );
}

/** A relative time with the exact one on hover. */
export function TimeAgo({ at }: { at: Date | string }) {
  const date = typeof at === 'string' ? new Date(at) : at;
  const current = useSyncExternalStore(
    subscribe,
    () => Math.max(now, date.getTime()),
    () => date.getTime(),
  );
  return (
    <Tooltip label={date.toLocaleString()}>
      <time dateTime={date.toISOString()} className="ens-tabular">
        {relativeTime(date, current)}
      </time>
    </Tooltip>
  );
}

const momentFormat = new Intl.DateTimeFormat('en', { dateStyle: 'medium', timeStyle: 'short' });
const never = () => () => undefined;

/** A moment to come, in the time of whoever looks. */
export function Moment({ at }: { at: Date }) {
  // The server does not know the browser's time zone.
  const text = useSyncExternalStore(
    never,
    () => momentFormat.format(at),
    () => '',
  );
  return (
    <time dateTime={at.toISOString()} className="ens-tabular">
      {text}
    </time>
  );
}
