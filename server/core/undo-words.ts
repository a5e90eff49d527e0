/** Files that became other ones when a run's files were put back: some names, and how many in all. */
export type RestoredFiles = { paths: readonly string[]; count: number };

type PutBack = { by: string; title: string; files?: RestoredFiles | undefined };

/** What was kept before files were put back is named so: putting that back takes the undo back. */
const undoOf = 'Undo: ';
export const undoTitle = (title: string): string => `${undoOf}${title}`.slice(0, 500).toWellFormed();

/** Tells an agent, in a sentence, that a person took back what it did (docs/spec/guard.md, GU81). */
export function undoneWords({ by, title, files }: PutBack): string {
  const isAgain = title.startsWith(undoOf);
  const about = `“${short(isAgain ? title.slice(undoOf.length) : title)}”`;
  const what = isAgain
    ? `took an undo of ${about} back, so the files in the worktree are as they were before that undo`
    : `took back your action ${about}, so the files in the worktree are as they were before it`;
  return `${by} ${what}${restored(files)}. Look at them again before you go on.`;
}

/** The same for people, after the name of the agent that was told. */
export const toldWords = (title: string): string =>
  `was told that the files are as before “${short(title.startsWith(undoOf) ? title.slice(undoOf.length) : title)}” again`;

const short = (text: string) => text.slice(0, 120).toWellFormed();

function restored(files: RestoredFiles | undefined): string {
  if (!files || files.count === 0) return '';
  const more = files.count - files.paths.length;
  return ` (${files.paths.join(', ')}${more > 0 ? ` and ${more} more` : ''})`;
}
