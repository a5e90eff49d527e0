/** How many lines of a text were changed, and which, counted roughly: a line that is still somewhere did not change. */
export function changedLines(before: string, after: string): { places: number; lines: number[] } {
  const kept = new Map<string, number>();
  for (const line of after.split('\n')) kept.set(line, (kept.get(line) ?? 0) + 1);
  const lines: number[] = [];
  for (const [index, line] of before.split('\n').entries()) {
    const left = kept.get(line) ?? 0;
    if (left > 0) kept.set(line, left - 1);
    else lines.push(index + 1);
  }
  const added = [...kept.values()].reduce((sum, left) => sum + left, 0);
  return { places: Math.max(lines.length, added, 1), lines: lines.length === 0 ? [1] : lines };
}
