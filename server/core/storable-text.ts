/**
 * Whether every text in a value can be stored: without zero characters and halves of surrogate pairs, which neither
 * Postgres nor a file's name can hold.
 */
export function isStorable(value: unknown): boolean {
  const waiting = [value];
  while (waiting.length > 0) {
    const next = waiting.pop();
    if (typeof next === 'string') {
      if (next.includes('\0') || !next.isWellFormed()) return false;
    } else if (typeof next === 'object' && next !== null) {
      // Not spread into the call: an array may be longer than a call can have arguments.
      for (const [name, member] of Object.entries(next)) waiting.push(name, member);
    }
  }
  return true;
}

export const unstorableMessage =
  'The request has a character that no text can have: a zero character, or half of a pair. Remove it and send it again.';
