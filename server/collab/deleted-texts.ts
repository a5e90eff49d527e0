/** Text that was deleted, by the ids it had. */
export type Deleted = { client: number; clock: number; fileId: string; text: string };

type Kept = { clock: number; fileId: string; text: string; seq: number };

/** As much as people take back in practice; what is older is credited to whoever brings it back. */
const maxCharacters = 512 * 1024;

/**
 * The texts that were deleted last. An undo names the ids it brings back, a restore only the words, and neither is
 * believed without looking: who brings back other words than were deleted there wrote them himself.
 */
export class DeletedTexts {
  /** By client id, in the order of clocks; neighbours are joined. */
  readonly #kept = new Map<number, Kept[]>();
  #characters = 0;
  #seq = 0;

  add({ client, clock, fileId, text }: Deleted): void {
    if (text === '' || text.length > maxCharacters) return;
    const list = this.#kept.get(client) ?? [];
    this.#kept.set(client, list);
    const at = firstAfter(list, clock);
    list.splice(at, 0, { clock, fileId, text, seq: ++this.#seq });
    joinAt(list, at + 1);
    joinAt(list, at);
    this.#characters += text.length;
    if (this.#characters > maxCharacters) this.#forgetOldest();
  }

  /** Whether exactly this text was deleted under these ids. */
  has(id: { client: number; clock: number }, text: string): boolean {
    const list = this.#kept.get(id.client) ?? [];
    const one = list[firstAfter(list, id.clock) - 1];
    return one !== undefined && one.text.startsWith(text, id.clock - one.clock);
  }

  /** Where these words were deleted last in a file. */
  find(fileId: string, text: string): { client: number; clock: number } | undefined {
    let found: { client: number; clock: number; seq: number } | undefined;
    for (const [client, list] of this.#kept) {
      for (const one of list) {
        if (one.fileId !== fileId || (found && one.seq < found.seq)) continue;
        const at = one.text.lastIndexOf(text);
        if (at >= 0) found = { client, clock: one.clock + at, seq: one.seq };
      }
    }
    return found;
  }

  #forgetOldest(): void {
    const byAge = [...this.#kept.values()].flat().toSorted((a, b) => a.seq - b.seq);
    const gone = new Set<Kept>();
    for (const one of byAge) {
      if (this.#characters <= maxCharacters / 2) break;
      gone.add(one);
      this.#characters -= one.text.length;
    }
    for (const [client, list] of this.#kept) {
      const left = list.filter((one) => !gone.has(one));
      if (left.length > 0) this.#kept.set(client, left);
      else this.#kept.delete(client);
    }
  }
}

/** The index of the first that begins beyond a clock. */
function firstAfter(list: readonly Kept[], clock: number): number {
  let low = 0;
  let high = list.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((list[middle]?.clock ?? Infinity) <= clock) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Joins the text at `index` to the one before it when it goes on there. */
function joinAt(list: Kept[], index: number): void {
  const before = list[index - 1];
  const one = list[index];
  if (!before || !one || before.fileId !== one.fileId || before.clock + before.text.length !== one.clock) return;
  before.text += one.text;
  before.seq = Math.max(before.seq, one.seq);
  list.splice(index, 1);
}
