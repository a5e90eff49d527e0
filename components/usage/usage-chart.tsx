'use client';

import { Stack, Text, Tooltip } from '@mantine/core';
import { costText, countText, daysOf, type Report } from './usage-words.ts';
import classes from './usage.module.css';

const dayFormat = new Intl.DateTimeFormat('en', { day: 'numeric', month: 'short', timeZone: 'UTC' });

/** What each day of the month cost; tokens where nothing has a price. */
export function UsageChart({ report: { month, parts, total } }: { report: Report }) {
  const isPriced = total.costMicroUsd > 0;
  const byDay = new Map(parts.day.map((row) => [row.key, row]));
  const heightOf = (day: string) => {
    const row = byDay.get(day);
    if (!row) return 0;
    return isPriced ? row.costMicroUsd : row.inputTokens + row.outputTokens;
  };
  const days = daysOf(month);
  const highest = Math.max(1, ...days.map(heightOf));
  return (
    <Stack gap={4}>
      <Text c="dimmed">{isPriced ? 'Spent by day' : 'Tokens by day'}</Text>
      <ul className={classes.chart} aria-label={isPriced ? 'Spent by day' : 'Tokens by day'}>
        {days.map((day) => {
          const row = byDay.get(day);
          const words = row
            ? `${dayFormat.format(new Date(day))}: ${costText(row)}, ${countText(row.calls)} calls`
            : `${dayFormat.format(new Date(day))}: nothing`;
          return (
            <Tooltip key={day} label={words}>
              <li className={classes.column} aria-label={words}>
                <div className={classes.bar} style={{ height: `${(100 * heightOf(day)) / highest}%` }} />
              </li>
            </Tooltip>
          );
        })}
      </ul>
      <div className={classes.axis} aria-hidden>
        <span>{dayFormat.format(new Date(days[0] ?? ''))}</span>
        <span>{dayFormat.format(new Date(days.at(-1) ?? ''))}</span>
      </div>
    </Stack>
  );
}
