import { isAccount } from './accounts.ts';
import type { Entry } from './ledger.ts';
import { parseAmount } from './money.ts';

/** Reads "date;text;from;to;amount" lines. Empty lines and lines that start with # are left out. */
export function readEntries(csv: string): Entry[] {
  return csv
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '' && !line.startsWith('#'))
    .map(readEntry);
}

function readEntry(line: string): Entry {
  const [date = '', text = '', from = '', to = '', amount = ''] = line.split(';');
  if (!isAccount(from) || !isAccount(to)) throw new RangeError(`unknown account in: ${line}`);
  const cents = parseAmount(amount);
  return {
    date,
    text,
    postings: [
      { account: from, amount: -cents },
      { account: to, amount: cents },
    ],
  };
}
