import { and, eq, isNull, lt, ne } from 'drizzle-orm';
import { schema } from '../../db/client.ts';
import { appendAudit } from '../audit/append.ts';
import type { Context } from '../context.ts';
import { actorRef } from '../core/actor.ts';
import { computeHunks, type Hunk } from '../core/suggestion.ts';
import { placeHunks } from '../core/text-merge.ts';
import { appendSessionEvent } from '../runs/event-log.ts';
import { diffCommits } from '../workspace/git-objects.ts';
import { countDecided } from './settle-hunk.ts';
import { readSides, readSuggestionFiles, type SuggestionFile } from './suggestion-files.ts';

/** Undecided hunks of an earlier suggestion that a turn began with. */
export type CarriedHunks = {
  suggestionId: string;
  sessionId: string;
  teamId: string;
  hunks: { id: string; path: string }[];
};

type Begun = { threadId: string; teamId: string; baseCommit: string; startCommit: string };

/**
 * Which undecided hunks of a conversation's suggestions are in the files that a turn began with, and not in the session's text:
 * the turn's own suggestion will have them, so that they are decided on once.
 */
export async function carriedHunks(ctx: Context, repo: string, turn: Begun): Promise<CarriedHunks[]> {
  if (turn.baseCommit === turn.startCommit) return [];
  const { suggestion, run } = schema;
  const open = await ctx.db
    .select({ suggestion })
    .from(suggestion)
    .innerJoin(run, eq(run.id, suggestion.runId))
    .where(
      and(
        eq(run.threadId, turn.threadId),
        eq(run.teamId, turn.teamId),
        eq(suggestion.teamId, turn.teamId),
        lt(suggestion.decidedCount, suggestion.hunkCount),
        isNull(suggestion.refusedReason),
      ),
    );
  const differing = await readSides(repo, await diffCommits(repo, turn.baseCommit, turn.startCommit));
  const begun = new Map(differing.map((file) => [file.path, file]));
  const carried = await Promise.all(
    open.map(async ({ suggestion: row }): Promise<CarriedHunks> => {
      const files = await readSuggestionFiles(repo, row);
      const decided = await decidedIn(ctx, row);
      const hunks = files.flatMap((file) => hunksIn(file, begun.get(file.path), decided));
      return { suggestionId: row.id, sessionId: row.sessionId, teamId: row.teamId, hunks };
    }),
  );
  return carried.filter(({ hunks }) => hunks.length > 0);
}

type Decided = ReadonlyMap<string, string>;

async function decidedIn(ctx: Context, { id, teamId }: { id: string; teamId: string }): Promise<Decided> {
  const { hunkDecision } = schema;
  const rows = await ctx.db
    .select({ hunkId: hunkDecision.hunkId, state: hunkDecision.state })
    .from(hunkDecision)
    .where(and(eq(hunkDecision.suggestionId, id), eq(hunkDecision.teamId, teamId)));
  return new Map(rows.map(({ hunkId, state }) => [hunkId, state]));
}

/** `begun`: the file's text in the session, and as the turn began with it. */
function hunksIn(
  file: SuggestionFile,
  begun: SuggestionFile | undefined,
  decided: Decided,
): { id: string; path: string }[] {
  if (!begun) return [];
  const hunks = computeHunks(file);
  const open = hunks.filter(({ id }) => !decided.has(id));
  const accepted = hunks.filter(({ id, kind }) => kind === 'text' && decided.get(id) === 'accepted');
  const before = thereIn(file, begun.base, { open, accepted });
  const after = thereIn(file, begun.result, { open, accepted });
  return open.filter(({ id }) => after.has(id) && !before.has(id)).map(({ id, path }) => ({ id, path }));
}

type Hunks = { open: readonly Hunk[]; accepted: readonly Hunk[] };

function thereIn(file: SuggestionFile, side: SuggestionFile['base'], { open, accepted }: Hunks): Set<string> {
  const texts = open.filter(({ kind }) => kind === 'text');
  const places =
    texts.length > 0 && file.base?.text !== undefined && side?.text !== undefined
      ? placeHunks({ base: file.base.text, accepted, hunks: texts, live: side.text })
      : [];
  const there = texts.filter((_hunk, index) => places[index]?.state === 'there');
  const whole = open.filter(({ kind }) => kind !== 'text' && isWholly(kind, file, side));
  return new Set([...there, ...whole].map(({ id }) => id));
}

function isWholly(kind: Hunk['kind'], { result }: SuggestionFile, side: SuggestionFile['base']): boolean {
  return kind === 'mode' ? side?.mode === result?.mode : side?.oid === result?.oid;
}

/** The carried hunks go on in the turn's own suggestion; those on which somebody decided meanwhile stay as decided. */
export async function continueIn(
  tx: Context,
  { carried, suggestionId, personId }: { carried: readonly CarriedHunks[]; suggestionId: string; personId: string },
): Promise<void> {
  for (const earlier of carried) await continueOne(tx, { earlier, suggestionId, personId });
}

async function continueOne(
  tx: Context,
  { earlier, suggestionId, personId }: { earlier: CarriedHunks; suggestionId: string; personId: string },
): Promise<void> {
  if (!tx.actor) throw new Error('a suggestion is continued by an actor');
  const { hunkDecision, suggestion } = schema;
  const { sessionId, teamId } = earlier;
  const rows = earlier.hunks.map(({ id, path }) => ({
    suggestionId: earlier.suggestionId,
    hunkId: id,
    teamId,
    path,
    state: 'continued' as const,
    decidedBy: personId,
  }));
  const continued = await tx.db.insert(hunkDecision).values(rows).onConflictDoNothing().returning();
  if (continued.length === 0) return;
  await countDecided(tx, earlier.suggestionId, continued.length);
  await tx.db
    .update(suggestion)
    .set({ continuedBy: suggestionId })
    .where(
      and(eq(suggestion.id, earlier.suggestionId), eq(suggestion.teamId, teamId), ne(suggestion.id, suggestionId)),
    );
  await appendSessionEvent(tx.db, {
    sessionId,
    teamId,
    actor: actorRef(tx.actor),
    body: {
      type: 'suggestion_continued',
      suggestionId: earlier.suggestionId,
      by: suggestionId,
      hunkIds: continued.map(({ hunkId }) => hunkId),
    },
  });
  await appendAudit(tx, {
    teamId,
    action: 'suggestion.continue',
    resource: { type: 'suggestion', id: earlier.suggestionId },
    detail: { sessionId, by: suggestionId, hunks: continued.length },
  });
}
