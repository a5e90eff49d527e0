/** For how long a deleted project or session can be brought back, in days. */
export const graceDays = 14;

/** When something deleted at this instant is removed for good. */
export function removedForGoodAt(deletedAt: Date): Date {
  return new Date(deletedAt.getTime() + graceDays * 86_400_000);
}
