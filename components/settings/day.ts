const format = new Intl.DateTimeFormat('en', { year: 'numeric', month: 'short', day: 'numeric', timeZone: 'UTC' });

/** A day in words, the same on the server and in every browser (UTC). */
export const dayOf = (at: Date) => format.format(at);
