import { rm } from 'node:fs/promises';
import { and, eq, inArray, isNotNull, lt, notExists, or, sql } from 'drizzle-orm';
import { databaseUrl, schema } from '../../db/client.ts';
import { ensureAuditPartitions } from '../../db/migrate.ts';
import { appendAudit } from '../audit/append.ts';
import { systemContext, withTransaction, type Context } from '../context.ts';
import { graceDays } from '../core/grace-time.ts';
import { taskRef } from '../workspace/bridge/known-state.ts';
import { checkpointRef } from '../workspace/checkpoint.ts';
import { deleteRef, deleteRefs, repoPath, resolveCommit } from '../workspace/git.ts';
import { removeKeptFiles, removeKeptFilesBefore } from '../workspace/kept-files.ts';
import { removeHomes, removeHomesBefore } from '../workspace/kept-home.ts';
import { removeProjectFiles, uploadPath } from '../workspace/project-files.ts';
import { repackRepositories } from './repack-repositories.ts';
import { thinCheckpoints } from './thin-checkpoints.ts';
import { dropRunWorktree } from '../workspace/run-worktree.ts';
import { emptyWorktreeTrash, removeWorktree } from '../workspace/worktree.ts';

/**
 * The daily upkeep: removes for good what was deleted longer ago than the grace time, uploads nobody used, and what nobody
 * needs any more; makes the audit log's partitions of the coming months; packs the repositories. Files go before their row, so that a death in
 * between is made up for at the next turn. Files that no row names are left alone: the database may be the wrong one.
 */
export async function removeExpired(): Promise<void> {
  const ctx = systemContext('retention');
  await ensureAuditPartitions(databaseUrl());
  await removeProjects(ctx);
  await removeSessions(ctx);
  await removeUploads(ctx);
  await removeUnusedImages(ctx);
  await removeStale(ctx);
  await thinCheckpoints(ctx);
  await emptyWorktreeTrash();
  await removeHomesBefore(daysAgo(ctx, homeDays));
  await removeKeptFilesBefore(daysAgo(ctx, keptDays));
  await repackRepositories(ctx);
}

/** How long an agent remembers a conversation that nobody goes on with; then it is told what was said. */
const homeDays = 30;

/** How long an agent's action can be undone. */
const keptDays = 14;

const daysAgo = (ctx: Context, days: number) => new Date(ctx.now().getTime() - days * 86_400_000);

async function removeProjects(ctx: Context): Promise<void> {
  const { project, session } = schema;
  const expired = await ctx.db
    .select({ id: project.id, teamId: project.teamId, name: project.name })
    .from(project)
    .where(lt(project.deletedAt, daysAgo(ctx, graceDays)));
  for (const row of expired) {
    const sessions = await ctx.db.select({ id: session.id }).from(session).where(eq(session.projectId, row.id));
    for (const { id } of sessions) {
      await removeWorktree({ kind: 'session', id });
      await removeHomes(id);
    }
    await removeProjectFiles(row.id);
    await withTransaction(ctx, async (tx) => {
      await tx.db.delete(project).where(and(eq(project.id, row.id), isNotNull(project.deletedAt)));
      await appendAudit(tx, {
        teamId: row.teamId,
        action: 'project.remove',
        resource: { type: 'project', id: row.id },
        detail: { name: row.name, sessions: sessions.length },
      });
    });
  }
}

async function removeSessions(ctx: Context): Promise<void> {
  const { session, run, task, keptFiles } = schema;
  const expired = await ctx.db
    .select()
    .from(session)
    .where(lt(session.deletedAt, daysAgo(ctx, graceDays)));
  for (const row of expired) {
    const runs = await ctx.db.select({ id: run.id, attempt: run.attempt }).from(run).where(eq(run.sessionId, row.id));
    const tasks = await ctx.db.select({ id: task.id }).from(task).where(eq(task.sessionId, row.id));
    const kept = await ctx.db.select({ id: keptFiles.id }).from(keptFiles).where(eq(keptFiles.sessionId, row.id));
    const refs = [
      `refs/ensemble/sessions/${row.id}`,
      ...runs.flatMap(({ id }) => [`refs/ensemble/runs/${id}`, `refs/ensemble/starts/${id}`]),
      ...kept.map(({ id }) => `refs/ensemble/put-back/${id}`),
    ];
    for (const ref of [...refs, ...tasks.map(({ id }) => taskRef(id))]) await removeRef(repoPath(row.projectId), ref);
    await deleteRefs(repoPath(row.projectId), await checkpointRefsOf(ctx, row));
    for (const { id: runId, attempt } of runs) await dropRunWorktree({ runId, attempt });
    for (const { id } of runs) await removeKeptFiles(id);
    await removeHomes(row.id);
    await removeWorktree({ kind: 'session', id: row.id });
    await withTransaction(ctx, async (tx) => {
      await tx.db.delete(session).where(and(eq(session.id, row.id), isNotNull(session.deletedAt)));
      await appendAudit(tx, {
        teamId: row.teamId,
        action: 'session.remove',
        resource: { type: 'session', id: row.id },
        detail: { title: row.title, projectId: row.projectId },
      });
    });
  }
}

async function checkpointRefsOf(ctx: Context, row: typeof schema.session.$inferSelect): Promise<string[]> {
  const { sessionCheckpoint } = schema;
  const rows = await ctx.db
    .select({ id: sessionCheckpoint.id })
    .from(sessionCheckpoint)
    .where(and(eq(sessionCheckpoint.sessionId, row.id), eq(sessionCheckpoint.teamId, row.teamId)));
  return rows.map(({ id }) => checkpointRef(id));
}

async function removeRef(repo: string, ref: string): Promise<void> {
  const commit = await resolveCommit(repo, ref);
  if (commit !== undefined) await deleteRef(repo, ref, commit);
}

async function removeUploads(ctx: Context): Promise<void> {
  const { upload } = schema;
  const expired = await ctx.db.select({ id: upload.id }).from(upload).where(lt(upload.expiresAt, ctx.now()));
  for (const { id } of expired) {
    await rm(uploadPath(id), { force: true });
    await ctx.db.delete(upload).where(eq(upload.id, id));
  }
}

/** How long an image waits in a draft for its prompt. */
const draftDays = 7;

async function removeUnusedImages(ctx: Context): Promise<void> {
  const { promptImage, run, runPrompt } = schema;
  const isNamed = sql`${runPrompt.attachments} @> jsonb_build_array(jsonb_build_object('kind', 'image', 'imageId', ${promptImage.id}))`;
  const prompts = ctx.db
    .select({ runId: run.id })
    .from(run)
    .innerJoin(runPrompt, eq(runPrompt.runId, run.id))
    .where(and(eq(run.sessionId, promptImage.sessionId), isNamed));
  await ctx.db.delete(promptImage).where(and(lt(promptImage.createdAt, daysAgo(ctx, draftDays)), notExists(prompts)));
}

/** Rows that only served a moment: answers to repeated requests, counted attempts, tickets and links that ended. */
async function removeStale(ctx: Context): Promise<void> {
  const { idempotencyKey, rateLimit, roomTicket, roomCommand, webNode, oneTimeLink, authSession, maskedValue } = schema;
  await ctx.db.delete(idempotencyKey).where(lt(idempotencyKey.createdAt, daysAgo(ctx, 1)));
  await ctx.db.delete(rateLimit).where(lt(rateLimit.windowStartAt, daysAgo(ctx, 1)));
  await ctx.db.delete(roomTicket).where(lt(roomTicket.expiresAt, daysAgo(ctx, 1)));
  await ctx.db
    .delete(roomCommand)
    .where(and(inArray(roomCommand.state, ['done', 'failed']), lt(roomCommand.finishedAt, daysAgo(ctx, 7))));
  const { modelCallContent: content } = schema;
  await ctx.db.delete(content).where(lt(content.expiresAt, ctx.now()));
  // A node that comes back gives a sign of life and is there again. Who a client id belongs to (`room_client`) stays for ever.
  await ctx.db.delete(webNode).where(lt(webNode.expiresAt, daysAgo(ctx, 1)));
  // Those of a session go with it.
  await ctx.db
    .delete(maskedValue)
    .where(and(isNotNull(maskedValue.personId), lt(maskedValue.lastUsedAt, daysAgo(ctx, 90))));
  await ctx.db.delete(schema.guardDecision).where(lt(schema.guardDecision.createdAt, daysAgo(ctx, 90)));
  await ctx.db.delete(oneTimeLink).where(lt(oneTimeLink.expiresAt, daysAgo(ctx, 30)));
  await ctx.db
    .delete(authSession)
    .where(or(lt(authSession.expiresAt, daysAgo(ctx, 30)), lt(authSession.revokedAt, daysAgo(ctx, 30))));
}
