import { and, eq, inArray, sql } from 'drizzle-orm';
import { schema } from '../../db/client.ts';
import { projectRuns, type AuthorRun } from '../core/authorship.ts';
import type { CommandWork } from './session-state.ts';

/** Who wrote a file as it is in a stored state. */
export type FileAuthorship = { path: string; blob: string; runs: readonly AuthorRun[] };

/**
 * Keeps who wrote the texts of a stored state, so that what comes back from it comes back as theirs (CB134). What was
 * kept of a passing state goes with the next one, unless this one is to stay.
 */
export async function recordAuthorship(
  work: CommandWork,
  files: readonly FileAuthorship[],
  { isPassing }: { isPassing: boolean },
): Promise<void> {
  const { id: sessionId, teamId } = work.session;
  const { fileAuthorship } = schema;
  const passing = and(eq(fileAuthorship.sessionId, sessionId), eq(fileAuthorship.isPassing, true));
  const paths = files.map(({ path }) => path);
  if (paths.length > 0) await work.db.delete(fileAuthorship).where(and(passing, inArray(fileAuthorship.path, paths)));
  if (!isPassing) await work.db.update(fileAuthorship).set({ isPassing }).where(passing);
  const rows = files
    .filter(({ runs }) => runs.some((run) => run.credit && run.credit.kind !== 'open'))
    .map(({ runs, ...file }) => ({ sessionId, teamId, ...file, runs: [...runs], isPassing }));
  if (rows.length === 0) return;
  await work.db
    .insert(fileAuthorship)
    .values(rows)
    .onConflictDoUpdate({
      target: [fileAuthorship.sessionId, fileAuthorship.path, fileAuthorship.blob],
      set: { runs: sql`excluded.runs`, createdAt: sql`now()` },
    });
}

/** Who wrote these bytes, when the session has seen them: under this path, else under the one they had before. */
export async function recordedAuthorship(
  work: CommandWork,
  { path, blob }: { path: string; blob: string },
): Promise<AuthorRun[] | undefined> {
  const { fileAuthorship } = schema;
  const [row] = await work.db
    .select({ runs: fileAuthorship.runs })
    .from(fileAuthorship)
    .where(and(eq(fileAuthorship.sessionId, work.session.id), eq(fileAuthorship.blob, blob)))
    .orderBy(sql`${fileAuthorship.path} = ${path} desc`)
    .limit(1);
  return row?.runs;
}

/** What an edit says of a file that gets the text of a stored state, or one that was merged from it. */
export function bringingBack(
  fileId: string,
  from: { runs: readonly AuthorRun[] | undefined; text: string; next: string },
): { authorship?: ReadonlyMap<string, readonly AuthorRun[]> } {
  const { runs, text, next } = from;
  return runs ? { authorship: new Map([[fileId, text === next ? runs : projectRuns(text, runs, next)]]) } : {};
}
