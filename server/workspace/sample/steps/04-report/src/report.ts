import { accounts } from './accounts.ts';
import type { Ledger } from './ledger.ts';
import { formatAmount } from './money.ts';

/** A table of all balances, one account a line. */
export function balanceReport(ledger: Ledger): string {
  console.log(`reporting ${ledger.entries.length} entries`);
  const rows = accounts.map((account) => [account, formatAmount(ledger.balance(account))] as const);
  const width = Math.max(...rows.map(([, amount]) => amount.length));
  return rows.map(([account, amount]) => `${account.padEnd(10)}${amount.padStart(width)}`).join('\n');
}
