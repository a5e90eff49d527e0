/** The accounts that entries may be booked on. */
export const accounts = ['cash', 'bank', 'sales', 'tax', 'expenses'] as const;
export type Account = (typeof accounts)[number];

export function isAccount(name: string): name is Account {
  return (accounts as readonly string[]).includes(name);
}
