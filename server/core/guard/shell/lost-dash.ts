import type { ShellNode } from '../shell-tree.ts';

/** The grammar drops a lone dash before a here-document: `make -f - <<EOF`. */
export function lostDash(source: string, { type, start }: ShellNode): ShellNode[] {
  if (type !== 'heredoc_redirect') return [];
  const before = source.slice(0, start).trimEnd();
  if (!/\s-$/.test(before)) return [];
  return [{ type: 'word', field: 'argument', start: before.length - 1, end: before.length, children: [] }];
}
