import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { readEntries } from '../src/import-csv.ts';
import { Ledger } from '../src/ledger.ts';

test('an entry that does not balance is refused', () => {
  const ledger = new Ledger();
  const crooked = { date: '2026-01-05', text: 'Rent', postings: [{ account: 'bank' as const, amount: -100 }] };
  assert.throws(() => ledger.book(crooked), /off by -100 cents/);
  assert.equal(ledger.entries.length, 0);
});

test('balances follow the entries of a file', () => {
  const ledger = new Ledger();
  const csv = readFileSync(new URL('entries.csv', import.meta.url), 'utf8');
  for (const entry of readEntries(csv)) ledger.book(entry);
  assert.equal(ledger.balance('cash'), 15050);
  assert.equal(ledger.balance('bank'), -5050);
  assert.equal(ledger.balance('sales'), -12500);
});

test('an unknown account is named', () => {
  assert.throws(() => readEntries('2026-01-05;Gift;cash;piggy bank;5'), /piggy bank/);
});
