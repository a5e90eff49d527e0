import { and, desc, eq, inArray, isNull } from 'drizzle-orm';
import { z } from 'zod';
import { schema } from '../../db/client.ts';
import { authorizeParticipant } from '../auth/authorize-participant.ts';
import type { Context } from '../context.ts';
import { AppError } from '../core/errors.ts';
import { computeHunks, type Hunk, type HunkState } from '../core/suggestion.ts';
import { splitLines } from '../core/text-diff.ts';
import { mergeHunk } from '../core/text-merge.ts';
import { repoPath } from '../workspace/git.ts';
import { readBlobs, readTree } from '../workspace/git-objects.ts';
import { maxTextBytes } from '../core/file-text.ts';
import { authorizeViewing, type SuggestionViewing } from './authorize-suggestion.ts';
import { readSuggestionFiles, textOf, type SuggestionFile } from './suggestion-files.ts';
import { findingsOf, type FileFindings, type Finding } from './suggestion-findings.ts';

export type SuggestionSummary = {
  id: string;
  sessionId: string;
  runId: string;
  agent: string;
  model: string | null;
  prompt: string;
  askedBy: { id: string; name: string };
  createdAt: Date;
  refusedReason: string | null;
  hunkCount: number;
  decidedCount: number;
};

export type SuggestionHunk = Hunk & {
  state: HunkState;
  decision: { by: { id: string; name: string }; at: Date; reason: string | null } | undefined;
  /**
   * Whether accepting would meet a change of people's. Null where only the room can tell: the file is open in it, or
   * its text is long.
   */
  conflict: boolean | null;
  /** What the guard finds in it. */
  findings: Finding[];
};

export type SuggestionFileView = {
  path: string;
  status: 'added' | 'modified' | 'deleted' | 'typechange';
  oldMode: string;
  newMode: string;
  /** False for files that are shown with a reason instead of lines. */
  isText: boolean;
  /** What the guard finds in the change as a whole, and in none of its hunks. */
  findings: Finding[];
  hunks: SuggestionHunk[];
};

export type SuggestionView = SuggestionSummary & {
  baseCommit: string;
  resultCommit: string;
  files: SuggestionFileView[];
};

/** The suggestions of a session, newest first. */
export async function listSuggestions(ctx: Context, sessionId: string): Promise<SuggestionSummary[]> {
  const { teamId } = await authorizeParticipant(ctx, sessionId, 'view');
  return summaries(ctx, teamId, { sessionId });
}

async function summaries(
  ctx: Context,
  teamId: string,
  which: { sessionId: string } | { suggestionId: string },
): Promise<SuggestionSummary[]> {
  const { suggestion, run, person } = schema;
  const rows = await ctx.db
    .select({
      suggestion,
      agent: run.agent,
      model: run.model,
      prompt: run.prompt,
      askedBy: run.askedBy,
      name: person.name,
    })
    .from(suggestion)
    .innerJoin(run, eq(run.id, suggestion.runId))
    .leftJoin(person, eq(person.id, run.askedBy))
    .where(
      and(
        eq(suggestion.teamId, teamId),
        'sessionId' in which ? eq(suggestion.sessionId, which.sessionId) : eq(suggestion.id, which.suggestionId),
      ),
    )
    .orderBy(desc(suggestion.createdAt), desc(suggestion.id));
  return rows.map(({ suggestion: row, agent, model, prompt, askedBy, name }) => ({
    id: row.id,
    sessionId: row.sessionId,
    runId: row.runId,
    agent,
    model,
    prompt,
    askedBy: { id: askedBy, name: name ?? 'Someone' },
    createdAt: row.createdAt,
    refusedReason: row.refusedReason,
    hunkCount: row.hunkCount,
    decidedCount: row.decidedCount,
  }));
}

/** A suggestion with its files and hunks, each with its state. A refused one has no files. */
export async function getSuggestion(ctx: Context, suggestionId: string): Promise<SuggestionView> {
  const access = await authorizeViewing(ctx, suggestionId);
  const [summary] = await summaries(ctx, access.teamId, { suggestionId });
  if (!summary) throw new Error(`suggestion ${suggestionId} has no run`);
  const { baseCommit, resultCommit, refusedReason } = access.suggestion;
  if (refusedReason !== null) return { ...summary, baseCommit, resultCommit, files: [] };
  const files = await readSuggestionFiles(repoPath(access.project.id), access.suggestion);
  const decisions = await readDecisions(ctx, access);
  const saved = await savedTexts(ctx, access, files);
  const views = files.map(async (file) => viewOf(file, { decisions, saved, findings: await findingsOf(file) }));
  return { ...summary, baseCommit, resultCommit, files: await Promise.all(views) };
}

export const suggestionFileInput = z.object({ suggestionId: z.string(), path: z.string() });

/** The whole texts of one file of a suggestion, for a view of the full file. Null: absent, or no editable text. */
export async function getSuggestionFile(
  ctx: Context,
  given: z.infer<typeof suggestionFileInput>,
): Promise<{ path: string; baseText: string | null; resultText: string | null }> {
  const { suggestionId, path } = suggestionFileInput.parse(given);
  const access = await authorizeViewing(ctx, suggestionId);
  const [file] =
    access.suggestion.refusedReason === null
      ? await readSuggestionFiles(repoPath(access.project.id), access.suggestion, path)
      : [];
  if (!file) throw new AppError('not_found', 'The suggestion does not change this file.');
  return { path, baseText: file.base?.text ?? null, resultText: file.result?.text ?? null };
}

type Decision = { state: HunkState; decision: SuggestionHunk['decision'] };

/** Decisions as they stand; where the room has answered and the row lags behind, the room's answer counts. */
async function readDecisions(ctx: Context, { suggestion, teamId }: SuggestionViewing): Promise<Map<string, Decision>> {
  const { hunkDecision, person, roomCommand } = schema;
  const rows = await ctx.db
    .select({ row: hunkDecision, name: person.name, kind: roomCommand.kind, command: roomCommand.state })
    .from(hunkDecision)
    .leftJoin(person, eq(person.id, hunkDecision.decidedBy))
    .leftJoin(roomCommand, eq(roomCommand.id, hunkDecision.commandId))
    .where(and(eq(hunkDecision.suggestionId, suggestion.id), eq(hunkDecision.teamId, teamId)));
  const standing = new Map<string, Decision>();
  for (const { row, name, kind, command } of rows) {
    if (row.state === 'applying' && command === 'failed') continue;
    if (row.state === 'accepted' && kind === 'undo_hunk' && command === 'done') continue;
    const state = row.state === 'applying' && command === 'done' ? 'accepted' : row.state;
    const decision = { by: { id: row.decidedBy, name: name ?? 'Someone' }, at: row.decidedAt, reason: row.reason };
    standing.set(row.hunkId, { state, decision });
  }
  return standing;
}

/** Texts longer than this are not merged while someone waits for a page. */
const previewedLines = 1_000;

/** The session's texts of the files that are not open in the room, by path; the room alone knows the others. */
async function savedTexts(
  ctx: Context,
  { session, project, teamId }: SuggestionViewing,
  files: readonly SuggestionFile[],
): Promise<Map<string, string | undefined>> {
  const { roomFile } = schema;
  const paths = files.map((file) => file.path);
  if (paths.length === 0) return new Map();
  const open = await ctx.db
    .select({ path: roomFile.path })
    .from(roomFile)
    .where(
      and(
        eq(roomFile.sessionId, session.id),
        eq(roomFile.teamId, teamId),
        isNull(roomFile.removedAt),
        inArray(roomFile.path, paths),
      ),
    );
  const inRoom = new Set(open.map((row) => row.path));
  const repo = repoPath(project.id);
  const entries = new Map((await readTree(repo, session.headCommit)).map((entry) => [entry.path, entry]));
  const closed = paths.filter((path) => !inRoom.has(path));
  const oids = closed.flatMap((path) => entries.get(path)?.oid ?? []);
  const blobs = await readBlobs(repo, oids, { maxBytesEach: maxTextBytes });
  return new Map(closed.map((path) => [path, textOf(blobs.get(entries.get(path)?.oid ?? '')?.bytes).text]));
}

type Known = {
  decisions: ReadonlyMap<string, Decision>;
  saved: ReadonlyMap<string, string | undefined>;
  findings: FileFindings;
};

function viewOf(file: SuggestionFile, { decisions, saved, findings }: Known): SuggestionFileView {
  const { path, status, oldMode, newMode } = file.difference;
  const hunks = computeHunks(file);
  const accepted = hunks.filter((hunk) => hunk.kind === 'text' && decisions.get(hunk.id)?.state === 'accepted');
  return {
    path,
    status,
    oldMode,
    newMode,
    isText: (!file.base || file.base.text !== undefined) && (!file.result || file.result.text !== undefined),
    findings: findings.whole,
    hunks: hunks.map((hunk) => {
      const { state, decision } = decisions.get(hunk.id) ?? { state: 'unreviewed' as const, decision: undefined };
      const conflict = state === 'unreviewed' ? meetsChange(file, { hunk, accepted, live: saved.get(path) }) : false;
      return { ...hunk, state, decision, conflict, findings: findings.hunks.get(hunk.id) ?? [] };
    }),
  };
}

function meetsChange(
  file: SuggestionFile,
  { hunk, accepted, live }: { hunk: Hunk; accepted: readonly Hunk[]; live: string | undefined },
): boolean | null {
  const base = file.base?.text;
  if (hunk.kind !== 'text' || base === undefined || live === undefined) return null;
  if (splitLines(base).length > previewedLines || splitLines(live).length > previewedLines) return null;
  return !mergeHunk({ base, accepted, hunk, live }).ok;
}
