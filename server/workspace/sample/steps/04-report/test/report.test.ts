import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Ledger } from '../src/ledger.ts';
import { balanceReport } from '../src/report.ts';

test('a report lists each account with its balance', () => {
  const ledger = new Ledger();
  ledger.book({
    date: '2026-01-06',
    text: 'Coffee sold',
    postings: [
      { account: 'sales', amount: -12500 },
      { account: 'cash', amount: 12500 },
    ],
  });
  const lines = balanceReport(ledger).split('\n');
  assert.equal(lines.length, 5);
  assert.equal(lines[0], 'cash       125.00');
  assert.equal(lines[2], 'sales     -125.00');
});
