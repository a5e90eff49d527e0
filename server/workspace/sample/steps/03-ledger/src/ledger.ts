import type { Account } from './accounts.ts';
import { sum, type Cents } from './money.ts';

export type Posting = { account: Account; amount: Cents };

export type Entry = { date: string; text: string; postings: Posting[] };

/** Entries in the order they were booked; each one balances. */
export class Ledger {
  readonly #entries: Entry[] = [];

  book(entry: Entry): void {
    const difference = sum(entry.postings.map((posting) => posting.amount));
    if (difference !== 0) throw new RangeError(`"${entry.text}" does not balance: off by ${difference} cents`);
    this.#entries.push(entry);
  }

  get entries(): readonly Entry[] {
    return this.#entries;
  }

  balance(account: Account): Cents {
    return sum(
      this.#entries
        .flatMap((entry) => entry.postings)
        .filter((posting) => posting.account === account)
        .map((posting) => posting.amount),
    );
  }
}
