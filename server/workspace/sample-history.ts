/** The history of the bundled sample repository: each step's files lie in `sample/steps/<folder>` over those before. */

export type SampleStep = { folder: string; message: string; author: { name: string; email: string; at: Date } };

const mira = { name: 'Mira Lindqvist', email: 'mira@ledger.example' };
const tobias = { name: 'Tobias Okafor', email: 'tobias@ledger.example' };

export const sampleSteps: readonly SampleStep[] = [
  {
    folder: '01-money',
    message:
      'Count money in whole cents\n\nFractions of a cent add up. Amounts are integers from the first parse on.\n',
    author: { ...mira, at: new Date('2026-01-12T09:14:00Z') },
  },
  {
    folder: '02-cart',
    message: 'Add a cart with tax\n',
    author: { ...tobias, at: new Date('2026-01-13T13:40:00Z') },
  },
  {
    folder: '03-ledger',
    message: 'Book entries that balance\n\nAn entry whose postings do not sum to zero is refused, not corrected.\n',
    author: { ...mira, at: new Date('2026-01-15T10:02:00Z') },
  },
  {
    folder: '04-report',
    message: 'Print balances from the command line\n',
    author: { ...tobias, at: new Date('2026-01-19T16:25:00Z') },
  },
  {
    folder: '05-discounts',
    message: 'Add discounts\n\nThe test with prices that end in 99 fails: a cent goes missing somewhere.\n',
    author: { ...tobias, at: new Date('2026-01-21T08:51:00Z') },
  },
];
