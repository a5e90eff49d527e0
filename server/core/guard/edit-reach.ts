import { mostNamed, type ActionReach, type ReachedFiles } from '../action-reach.ts';
import { isOutside, type FileChange } from '../agent-action.ts';
import { lineChange } from '../line-change.ts';

/** How far a change of files reaches: files, and lines added and removed. */
export function reachOfChanges(changes: readonly FileChange[]): ActionReach {
  const gone = changes.filter(({ newText }) => newText === null);
  const changed = changes.filter(({ newText }) => newText !== null);
  return {
    files: [filesOf('deletes', gone), filesOf('changes', changed)].filter(({ count }) => count > 0),
    outside: changes.map(({ path }) => path).filter(isOutside),
    remotes: [],
    hosts: [],
  };
}

function filesOf(how: ReachedFiles['how'], changes: readonly FileChange[]): ReachedFiles {
  const lines = changes.map(({ oldText, newText }) => lineChange(oldText ?? '', newText ?? '', ''));
  const added = lines.reduce((sum, change) => sum + change.added, 0);
  const removed = lines.reduce((sum, change) => sum + change.removed, 0);
  const paths = [...new Set(changes.map(({ path }) => path))];
  return {
    how,
    count: paths.length,
    ...(how === 'deletes' ? { lines: removed } : { added, removed }),
    paths: paths.slice(0, mostNamed),
  };
}
