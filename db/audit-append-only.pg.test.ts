import { sql } from 'drizzle-orm';
import { expect, test } from 'vitest';
import { appendAudit } from '../server/audit/append.ts';
import { systemContext, withTransaction } from '../server/context.ts';
import { testDatabase } from './testing.ts';

const { db, pool } = await testDatabase();

async function appendOne() {
  await withTransaction(systemContext('test', { db }), (ctx) =>
    appendAudit(ctx, {
      teamId: null,
      action: 'test.append',
      resource: { type: 'test', id: '1' },
      detail: { password: 'never stored', name: 'kept' },
    }),
  );
}

test('the application may append and read, and secrets are masked', async () => {
  await appendOne();
  const { rows } = await db.execute<{ detail: unknown }>(sql`select detail from audit_entry`);
  expect(rows[0]?.detail).toEqual({ password: '[secret]', name: 'kept' });
});

test.each(['update audit_entry set action = $$x$$', 'delete from audit_entry', 'truncate audit_entry'])(
  'the application cannot %s',
  async (statement) => {
    await expect(db.execute(sql.raw(statement))).rejects.toThrow();
  },
);

test('even the owner is refused by the triggers, on the table and on a partition', async () => {
  await appendOne();
  const client = await pool.connect();
  try {
    await client.query('reset role');
    await client.query('set role postgres');
    for (const statement of [
      'update audit_entry set action = $$x$$',
      'delete from audit_entry',
      'truncate audit_entry',
      'truncate audit_entry_default',
    ]) {
      await expect(client.query(statement)).rejects.toThrow(/append-only/);
    }
  } finally {
    client.release(true);
  }
});

test('an audit entry outside a transaction is refused', async () => {
  await expect(
    appendAudit(systemContext('test', { db }), {
      teamId: null,
      action: 'test.append',
      resource: { type: 'test', id: '1' },
    }),
  ).rejects.toThrow(/outside a transaction/);
});
