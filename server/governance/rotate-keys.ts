import { setTimeout as wait } from 'node:timers/promises';
import { is, sql, type SQL } from 'drizzle-orm';
import { getTableConfig, PgTable } from 'drizzle-orm/pg-core';
import { schema } from '../../db/client.ts';
import { appendAudit } from '../audit/append.ts';
import { requireSystem } from '../auth/require-operator.ts';
import { withTransaction, type Context } from '../context.ts';
import { renewSecretFile, sealingSecret, secretId, secretNoticedMs } from '../platform/installation-secret.ts';
import { sealAnew, sealedBeginning } from '../platform/secrets.ts';

/** What sealed columns of before envelopes were sealed for; newer ones say so themselves. */
const firstPurposes: Record<string, string> = { 'project.credential_sealed': 'project-credential' };

type SealedColumn = { table: string; column: string; keys: string[] };

/** Every column of the schema that holds sealed texts: those named so. */
export function sealedColumns(): SealedColumn[] {
  return Object.values(schema)
    .filter((each) => is(each, PgTable))
    .map(getTableConfig)
    .flatMap(({ name, columns, primaryKeys }) => {
      const keys = [...columns.filter(({ primary }) => primary), ...primaryKeys.flatMap((key) => key.columns)].map(
        (column) => column.name,
      );
      return columns
        .filter((column) => column.name.endsWith('_sealed'))
        .map((column) => ({ table: name, column: column.name, keys }));
    });
}

export type Rotation = { hasNewSecret: boolean; sealedAnew: number; unreadable: number };

/**
 * Puts a new secret into the data folder, unless the environment gives it, and seals everything anew under today's secret.
 * What was sealed before can be read all the while; run again, it goes on where it stopped. For the command line.
 */
export async function rotateKeys(ctx: Context): Promise<Rotation> {
  requireSystem(ctx);
  const hasNewSecret = renewSecretFile();
  // By then every process seals under the new one.
  if (hasNewSecret) await wait(2 * secretNoticedMs);
  const counts = await sealAll(ctx, { isTrial: false });
  await withTransaction(ctx, async (tx) => {
    await appendAudit(tx, {
      teamId: null,
      action: 'keys.rotate',
      resource: { type: 'installation', id: secretId(sealingSecret()) },
      detail: { isNew: hasNewSecret, renewed: counts.sealedAnew, unreadable: counts.unreadable },
    });
  });
  return { hasNewSecret, ...counts };
}

/** How many texts another secret than today's seals, and how many can no longer be read. Changes nothing. For the command line. */
export async function sealedState(ctx: Context): Promise<{ underOlder: number; unreadable: number }> {
  requireSystem(ctx);
  const { sealedAnew, unreadable } = await sealAll(ctx, { isTrial: true });
  return { underOlder: sealedAnew, unreadable };
}

async function sealAll(ctx: Context, how: { isTrial: boolean }) {
  const counts = { sealedAnew: 0, unreadable: 0 };
  for (const column of sealedColumns()) {
    const { sealedAnew, unreadable } = await sealColumn(ctx, column, how);
    counts.sealedAnew += sealedAnew;
    counts.unreadable += unreadable;
  }
  return counts;
}

const batch = 200;

type Row = Record<string, unknown> & { sealed: string };

/** A batch after the other, in the order of the primary key; a text that changed meanwhile is left as it is now. */
async function sealColumn(ctx: Context, { table, column, keys }: SealedColumn, { isTrial }: { isTrial: boolean }) {
  const counts = { sealedAnew: 0, unreadable: 0 };
  const name = sql.identifier(column);
  const of = sql.identifier(table);
  const key = list(keys.map((each) => sql`${sql.identifier(each)}`));
  const valuesOf = (row: Row) => list(keys.map((each) => sql`${row[each]}`));
  const purpose = firstPurposes[`${table}.${column}`] ?? '';
  let after: SQL = sql`true`;
  for (;;) {
    const { rows } = await ctx.db.execute<Row>(
      sql`select ${key}, ${name} as sealed from ${of} where ${name} is not null and ${name} not like ${`${sealedBeginning()}%`} and ${after} order by ${key} limit ${batch}`,
    );
    for (const row of rows) {
      const fresh = trySealAnew(row.sealed, purpose);
      counts[fresh === undefined ? 'unreadable' : 'sealedAnew']++;
      if (fresh === undefined || isTrial) continue;
      await ctx.db.execute(
        sql`update ${of} set ${name} = ${fresh} where (${key}) = (${valuesOf(row)}) and ${name} = ${row.sealed}`,
      );
    }
    const last = rows.at(-1);
    if (!last || rows.length < batch) return counts;
    after = sql`(${key}) > (${valuesOf(last)})`;
  }
}

const list = (parts: SQL[]): SQL => sql.join(parts, sql`, `);

/** One that cannot be unsealed does not keep the others from it. */
function trySealAnew(sealed: string, purpose: string): string | undefined {
  try {
    return sealAnew(sealed, purpose);
  } catch {
    return undefined;
  }
}
