'use client';

import Link from 'next/link';
import type { UsagePart, UsageRow } from '@/server/core/usage.ts';
import { costText, countText, partLabels, type Report } from './usage-words.ts';
import classes from './usage.module.css';

/** The month by one part; the last row is the sum of the others and the whole. */
export function UsageTable({ team, report, part }: { team: string; report: Report; part: UsagePart }) {
  return (
    <table className={`${classes.table} ens-tabular`}>
      <thead>
        <tr>
          <th scope="col">{partLabels[part]}</th>
          <th scope="col">Cost</th>
          <th scope="col">Calls</th>
          <th scope="col" className={classes.wide}>
            Denied
          </th>
          <th scope="col" className={classes.wide}>
            Tokens in
          </th>
          <th scope="col" className={classes.wide}>
            from cache
          </th>
          <th scope="col" className={classes.wide}>
            Tokens out
          </th>
        </tr>
      </thead>
      <tbody>
        {report.parts[part].map((row) => (
          <tr key={row.key}>
            <th scope="row">
              <RowName team={team} part={part} row={row} />
            </th>
            <Figures row={row} />
          </tr>
        ))}
      </tbody>
      <tfoot>
        <tr>
          <th scope="row">Total</th>
          <Figures row={report.total} />
        </tr>
      </tfoot>
    </table>
  );
}

function Figures({ row }: { row: Report['total'] }) {
  return (
    <>
      <td>{costText(row)}</td>
      <td>{countText(row.calls)}</td>
      <td className={classes.wide}>{countText(row.denied)}</td>
      <td className={classes.wide}>{countText(row.inputTokens)}</td>
      <td className={classes.wide}>{countText(row.cacheReadTokens)}</td>
      <td className={classes.wide}>{countText(row.outputTokens)}</td>
    </>
  );
}

/** Rows that calls can be looked up by lead to them. */
function RowName({ team, part, row }: { team: string; part: UsagePart; row: UsageRow }) {
  const query = queryOf(part, row);
  if (!query) return row.name;
  return <Link href={`/${team}/usage?${new URLSearchParams({ view: 'calls', ...query })}` as never}>{row.name}</Link>;
}

function queryOf(part: UsagePart, { key }: UsageRow): Record<string, string> | undefined {
  if (key === '' || key === 'other' || key === 'rest') return undefined;
  switch (part) {
    case 'day':
      return { since: key, until: key };
    case 'person':
      return { who: key };
    case 'model':
    case 'provider':
      return { model: key };
    case 'project':
    case 'run':
      return { about: key };
  }
}
