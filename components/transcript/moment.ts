/** A moment of a session is an entry of its log: the part of the address after the hash names it. */
const form = /^#at-(\d{1,12})$/;

export function momentInHash(hash: string): number | undefined {
  const seq = form.exec(hash)?.[1];
  return seq === undefined ? undefined : Number(seq);
}

/** The address of a moment of the session that is open. */
export function momentAddress(href: string, seq: number): string {
  return `${href.split(/[?#]/)[0] ?? ''}#at-${seq}`;
}
