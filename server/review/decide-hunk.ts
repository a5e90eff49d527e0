import { and, eq } from 'drizzle-orm';
import { z } from 'zod';
import { schema } from '../../db/client.ts';
import { appendAudit } from '../audit/append.ts';
import { withTransaction, type Context } from '../context.ts';
import { actorRef } from '../core/actor.ts';
import { AppError } from '../core/errors.ts';
import type { Hunk, HunkState } from '../core/suggestion.ts';
import { appendSessionEvent } from '../runs/event-log.ts';
import { repoPath } from '../workspace/git.ts';
import { requestRoomCommand } from '../workspace/room-command.ts';
import { authorizeSuggestion, requireOpen, type SuggestionAccess } from './authorize-suggestion.ts';
import { countDecided, settleHunkCommand } from './settle-hunk.ts';
import { findHunk, readSuggestionFiles } from './suggestion-files.ts';

export const decideHunkInput = z.object({
  suggestionId: z.string(),
  hunkId: z.string(),
  decision: z.enum(['accept', 'reject', 'undo']),
  reason: z.string().trim().max(2_000).optional(),
  /** The text a person chose for the live lines in conflict. */
  resolution: z.string().max(5_000_000).optional(),
  /** Those live lines as the person saw them; when they are others by now, the conflict comes anew. */
  resolutionFor: z.string().max(5_000_000).optional(),
});
export type DecideHunkInput = z.infer<typeof decideHunkInput>;

/** `applying`: the room has not answered in time; it will, and the decision settles by itself. */
export type DecidedHunk = { suggestionId: string; hunk: Hunk; state: HunkState };

type Deciding = { access: SuggestionAccess; input: DecideHunkInput; hunk: Hunk };
type DecisionRow = typeof schema.hunkDecision.$inferSelect;

/**
 * Accepts or rejects a hunk, or undoes its decision. Accepting and undoing change the live text through the room's
 * owner and wait for it up to 5 s. Rules: docs/spec/review.md, "Decisions".
 * @throws AppError `conflict` with base, live and suggested text when people changed the same lines, or saying who decided before
 */
export async function decideHunk(ctx: Context, given: DecideHunkInput): Promise<DecidedHunk> {
  const input = decideHunkInput.parse(given);
  const access = await authorizeSuggestion(ctx, input.suggestionId, 'edit');
  requireOpen(access);
  const { hunk } = findHunk(await readSuggestionFiles(repoPath(access.project.id), access.suggestion), input.hunkId);
  return decide(ctx, { access, input, hunk });
}

/** For callers that have authorized and looked up the hunk. */
export async function decide(ctx: Context, deciding: Deciding): Promise<DecidedHunk> {
  const state = await changeState(ctx, deciding);
  return { suggestionId: deciding.input.suggestionId, hunk: deciding.hunk, state };
}

async function changeState(ctx: Context, deciding: Deciding): Promise<HunkState> {
  const row = await settledRow(ctx, deciding);
  switch (deciding.input.decision) {
    case 'accept':
      return acceptHunk(ctx, deciding);
    case 'reject':
      return rejectHunk(ctx, deciding);
    case 'undo':
      if (!row) throw new AppError('conflict', 'Nobody has decided on this hunk, so there is nothing to undo.');
      return row.state === 'rejected' || row.commandId === null
        ? undoInPlace(ctx, deciding, row)
        : undoInRoom(ctx, deciding, row);
  }
}

/** The standing decision; one whose room command was answered unnoticed is brought up to date before. */
async function settledRow(ctx: Context, { access, input }: Deciding): Promise<DecisionRow | undefined> {
  const row = await findRow(ctx, access.teamId, input);
  if (!row?.commandId) return row;
  await settleHunkCommand(ctx, { commandId: row.commandId, teamId: access.teamId });
  return findRow(ctx, access.teamId, input);
}

async function findRow(ctx: Context, teamId: string, hunk: { suggestionId: string; hunkId: string }) {
  const { hunkDecision } = schema;
  const [row] = await ctx.db
    .select()
    .from(hunkDecision)
    .where(
      and(
        eq(hunkDecision.suggestionId, hunk.suggestionId),
        eq(hunkDecision.hunkId, hunk.hunkId),
        eq(hunkDecision.teamId, teamId),
      ),
    );
  return row;
}

/** Asks the room, waits, and settles whatever it answered. @returns whether it answered in time */
async function askRoom(
  ctx: Context,
  { access, input, hunk }: Deciding,
  ask: { kind: 'apply_hunk' | 'undo_hunk'; action: string; row: (tx: Context, commandId: string) => Promise<void> },
): Promise<boolean> {
  const { suggestionId, hunkId, resolution, resolutionFor } = input;
  let commandId: string | undefined;
  try {
    const outcome = await requestRoomCommand(ctx, {
      sessionId: access.session.id,
      teamId: access.teamId,
      command: { kind: ask.kind, suggestionId, hunkId, resolution, resolutionFor },
      audit: {
        teamId: access.teamId,
        action: ask.action,
        resource: { type: 'suggestion', id: suggestionId },
        detail: {
          sessionId: access.session.id,
          hunkId,
          path: hunk.path,
          ...(input.reason && { reason: input.reason }),
        },
      },
      also: async (tx, id) => {
        await ask.row(tx, id);
        commandId = id;
      },
    });
    return outcome.state === 'done';
  } finally {
    if (commandId !== undefined) await settleHunkCommand(ctx, { commandId, teamId: access.teamId });
  }
}

async function acceptHunk(ctx: Context, deciding: Deciding): Promise<HunkState> {
  const isDone = await askRoom(ctx, deciding, {
    kind: 'apply_hunk',
    action: 'hunk.accept_request',
    row: (tx, commandId) => insertDecision(tx, deciding, { state: 'applying', commandId }),
  });
  return isDone ? 'accepted' : 'applying';
}

async function insertDecision(
  tx: Context,
  { access, input, hunk }: Deciding,
  decided: { state: 'applying' | 'rejected'; commandId: string | null },
): Promise<void> {
  const inserted = await tx.db
    .insert(schema.hunkDecision)
    .values({
      suggestionId: input.suggestionId,
      hunkId: input.hunkId,
      teamId: access.teamId,
      path: hunk.path,
      reason: input.reason ?? null,
      resolution: input.resolution ?? null,
      decidedBy: access.actor.personId,
      ...decided,
    })
    .onConflictDoNothing()
    .returning({ hunkId: schema.hunkDecision.hunkId });
  if (inserted.length === 0) throw await decidedBefore(tx, access.teamId, input);
}

const pastTense = {
  applying: 'is accepting',
  accepted: 'accepted',
  rejected: 'rejected',
  continued: 'went on from',
} as const;

async function decidedBefore(ctx: Context, teamId: string, input: DecideHunkInput): Promise<AppError> {
  const { hunkDecision, person } = schema;
  const [row] = await ctx.db
    .select({ state: hunkDecision.state, decidedBy: hunkDecision.decidedBy, name: person.name })
    .from(hunkDecision)
    .leftJoin(person, eq(person.id, hunkDecision.decidedBy))
    .where(
      and(
        eq(hunkDecision.suggestionId, input.suggestionId),
        eq(hunkDecision.hunkId, input.hunkId),
        eq(hunkDecision.teamId, teamId),
      ),
    );
  if (!row) return new AppError('conflict', 'This hunk was decided on a moment ago. Look at it again.');
  return new AppError(
    'conflict',
    `${row.name ?? 'Someone'} ${pastTense[row.state]} this hunk first. Undo that decision to change it.`,
    {
      details: { state: row.state, decidedBy: { id: row.decidedBy, name: row.name } },
    },
  );
}

async function rejectHunk(ctx: Context, deciding: Deciding): Promise<HunkState> {
  await withTransaction(ctx, async (tx) => {
    await insertDecision(tx, deciding, { state: 'rejected', commandId: null });
    await countDecided(tx, deciding.input.suggestionId, 1);
    await record(tx, deciding, { before: 'unreviewed', after: 'rejected' });
  });
  return 'rejected';
}

/** Takes back a decision that changed no text. */
async function undoInPlace(ctx: Context, deciding: Deciding, row: DecisionRow): Promise<HunkState> {
  const { hunkDecision } = schema;
  const { input, access } = deciding;
  await withTransaction(ctx, async (tx) => {
    const gone = await tx.db
      .delete(hunkDecision)
      .where(
        and(
          eq(hunkDecision.suggestionId, input.suggestionId),
          eq(hunkDecision.hunkId, input.hunkId),
          eq(hunkDecision.teamId, access.teamId),
          eq(hunkDecision.state, row.state),
        ),
      )
      .returning({ hunkId: hunkDecision.hunkId });
    if (gone.length === 0) throw new AppError('conflict', 'Someone undid this decision first.');
    await countDecided(tx, input.suggestionId, -1);
    await record(tx, deciding, { before: row.state, after: 'unreviewed' });
  });
  return 'unreviewed';
}

async function undoInRoom(ctx: Context, deciding: Deciding, row: DecisionRow): Promise<HunkState> {
  if (row.state === 'applying') {
    throw new AppError('conflict', 'The room is still applying this hunk. Undo it when that is done.');
  }
  const { hunkDecision, roomCommand } = schema;
  const { teamId } = deciding.access;
  const isDone = await askRoom(ctx, deciding, {
    kind: 'undo_hunk',
    action: 'hunk.undo_request',
    row: async (tx, commandId) => {
      const [before] = await tx.db
        .select({ kind: roomCommand.kind, state: roomCommand.state })
        .from(roomCommand)
        .where(and(eq(roomCommand.id, row.commandId ?? ''), eq(roomCommand.teamId, teamId)));
      const isBeingUndone = before?.kind === 'undo_hunk' && before.state === 'queued';
      const taken = isBeingUndone
        ? []
        : await tx.db
            .update(hunkDecision)
            .set({ commandId })
            .where(
              and(
                eq(hunkDecision.suggestionId, row.suggestionId),
                eq(hunkDecision.hunkId, row.hunkId),
                eq(hunkDecision.teamId, teamId),
                eq(hunkDecision.state, 'accepted'),
                eq(hunkDecision.commandId, row.commandId ?? ''),
              ),
            )
            .returning({ hunkId: hunkDecision.hunkId });
      if (taken.length === 0) throw new AppError('conflict', 'Someone is undoing this decision already.');
    },
  });
  return isDone ? 'unreviewed' : 'accepted';
}

async function record(
  tx: Context,
  { access, input, hunk }: Deciding,
  change: { before: HunkState; after: 'rejected' | 'unreviewed' },
): Promise<void> {
  const { suggestionId, hunkId, reason } = input;
  const decision = change.after === 'rejected' ? 'reject' : 'undo';
  const body = { type: 'hunk_decided', suggestionId, hunkId, path: hunk.path, decision } as const;
  await appendSessionEvent(tx.db, {
    sessionId: access.session.id,
    teamId: access.teamId,
    actor: actorRef(access.actor),
    body: reason ? { ...body, reason } : body,
  });
  await appendAudit(tx, {
    teamId: access.teamId,
    action: `hunk.${decision}`,
    resource: { type: 'suggestion', id: suggestionId },
    detail: {
      sessionId: access.session.id,
      hunkId,
      path: hunk.path,
      before: { state: change.before },
      after: { state: change.after, ...(reason && { reason }) },
    },
  });
}
