import { readFileSync } from 'node:fs';
import { readEntries } from './import-csv.ts';
import { Ledger } from './ledger.ts';
import { balanceReport } from './report.ts';

const file = process.argv[2];
if (file === undefined) {
  console.log('usage: node src/main.ts entries.csv');
  process.exit(2);
}

const ledger = new Ledger();
for (const entry of readEntries(readFileSync(file, 'utf8'))) ledger.book(entry);
process.stdout.write(`${balanceReport(ledger)}\n`);
