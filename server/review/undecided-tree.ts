import { and, eq } from 'drizzle-orm';
import { schema } from '../../db/client.ts';
import type { Context } from '../context.ts';
import { readFileText, writeFileText } from '../core/file-text.ts';
import { computeHunks, type Hunk } from '../core/suggestion.ts';
import { applyHunks } from '../core/text-merge.ts';
import { readBlobs, writeBlob, writeTreeChanges, type TreeChange } from '../workspace/git-objects.ts';
import { readSuggestionFiles, type SuggestionFile } from './suggestion-files.ts';

/** What a turn began from and what it left. */
export type TurnChange = { runId: string; teamId: string; baseCommit: string; endCommit: string };

/**
 * What a turn left, as a tree on its base, with only the hunks on which nobody has decided: accepted ones are in the session's
 * text already, maybe as a person chose them to be, and rejected ones are not to come back.
 */
export async function undecidedTree(ctx: Context, repo: string, turn: TurnChange): Promise<string> {
  const decided = await decidedHunks(ctx, turn);
  if (decided.size === 0) return turn.endCommit;
  const files = await readSuggestionFiles(repo, { baseCommit: turn.baseCommit, resultCommit: turn.endCommit });
  const changes: TreeChange[] = [];
  for (const file of files) {
    const hunks = computeHunks(file);
    const open = hunks.filter((hunk) => !decided.has(hunk.id));
    if (open.length === hunks.length) continue;
    changes.push(await fileWith(repo, file, open));
  }
  return writeTreeChanges(repo, turn.endCommit, changes);
}

/** A hunk that goes on in a later suggestion is as undecided as one that nobody looked at. */
async function decidedHunks(ctx: Context, { runId, teamId }: TurnChange): Promise<Set<string>> {
  const { suggestion, hunkDecision } = schema;
  const rows = await ctx.db
    .select({ hunkId: hunkDecision.hunkId, state: hunkDecision.state })
    .from(hunkDecision)
    .innerJoin(suggestion, eq(suggestion.id, hunkDecision.suggestionId))
    .where(and(eq(suggestion.runId, runId), eq(suggestion.teamId, teamId), eq(hunkDecision.teamId, teamId)));
  return new Set(rows.flatMap(({ hunkId, state }) => (state === 'continued' ? [] : [hunkId])));
}

const fileModes = ['100644', '100755', '120000'] as const;

/** The file as the turn found it, with these hunks of the turn's change. */
async function fileWith(repo: string, file: SuggestionFile, open: readonly Hunk[]): Promise<TreeChange> {
  const { path, base, result } = file;
  const mode = (open.some(({ kind }) => kind === 'mode') ? result : base)?.mode;
  const side = base ?? result;
  const known = fileModes.find((candidate) => candidate === mode);
  if (open.every(({ kind }) => kind === 'mode') || !side) {
    return base && known ? { path, mode: known, oid: base.oid } : { path, remove: true };
  }
  const oid = base && result ? await partlyChanged(repo, { path, base, result }, open) : side.oid;
  return { path, mode: known ?? '100644', oid };
}

type Changed = {
  path: string;
  base: NonNullable<SuggestionFile['base']>;
  result: NonNullable<SuggestionFile['result']>;
};

async function partlyChanged(repo: string, { base, result }: Changed, open: readonly Hunk[]): Promise<string> {
  const hunks = open.filter(({ kind }) => kind === 'text');
  // Bytes that are no text are one hunk: it is open, so they are as the turn left them.
  if (base.text === undefined || hunks.length === 0) return result.oid;
  const bytes = (await readBlobs(repo, [base.oid], { maxBytesEach: Number.MAX_SAFE_INTEGER })).get(base.oid)?.bytes;
  const read = bytes && readFileText(bytes);
  if (!read?.ok) return result.oid;
  const { encoding, eol } = read;
  return writeBlob(repo, writeFileText(applyHunks(base.text, hunks), { encoding, eol }));
}
