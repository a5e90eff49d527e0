/** How long a token works; `never` until it is revoked. */
export const lifetimes = [
  { value: '30', label: '30 days' },
  { value: '90', label: '90 days' },
  { value: '365', label: 'A year' },
  { value: 'never', label: 'Until it is revoked' },
];

export const daysOf = (lifetime: string): number | null => (lifetime === 'never' ? null : Number(lifetime));
