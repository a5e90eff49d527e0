import { eq } from 'drizzle-orm';
import type * as Y from 'yjs';
import { schema } from '../../db/client.ts';
import { sessionRow, type RoomFixture } from '../../db/testing-room.ts';
import { systemContext, withTransaction } from '../context.ts';
import { newId } from '../platform/ids.ts';
import { commitTree, writeBlob, writeTreeChanges, type TreeChange } from '../workspace/git-objects.ts';
import { requestRoomCommand, requireDone } from '../workspace/room-command.ts';
import { createSuggestion, prepareSuggestion } from './create-suggestion.ts';
import type { Context } from '../context.ts';

/** Suggestions for tests: what a run would leave behind, without an agent. */
export type FileChanges = Record<string, string | Uint8Array | null>;

const agent = { name: 'refactor', email: 'refactor@ensemble.invalid', at: new Date('2026-01-01T00:00:00Z') };

/** A commit with these files changed; null deletes one. Names that end in `.sh` are executable. */
export async function commitFiles(repo: string, base: string, files: FileChanges): Promise<string> {
  const changes: TreeChange[] = [];
  for (const [path, content] of Object.entries(files)) {
    if (content === null) changes.push({ path, remove: true });
    else {
      const oid = await writeBlob(repo, typeof content === 'string' ? Buffer.from(content) : content);
      changes.push({ path, mode: path.endsWith('.sh') ? '100755' : '100644', oid });
    }
  }
  return commitTree(repo, {
    tree: await writeTreeChanges(repo, base, changes),
    parents: [base],
    message: 'run',
    author: agent,
  });
}

export type TestRun = { prompt?: string; model?: string; askedBy?: string; base?: string; result?: string };

/** A finished run of the session whose change became a suggestion. @returns its id, undefined when nothing changed */
export async function suggest(
  room: RoomFixture,
  sessionId: string,
  given: TestRun & { files?: FileChanges },
): Promise<string | undefined> {
  const session = await sessionRow(room.db, sessionId);
  const baseCommit = given.base ?? session.headCommit;
  const resultCommit = given.result ?? (await commitFiles(room.repo, baseCommit, given.files ?? {}));
  const runId = newId('run');
  await room.db.insert(schema.run).values({
    id: runId,
    teamId: room.teamId,
    sessionId,
    agent: 'refactor',
    model: given.model ?? null,
    mode: 'edit',
    prompt: given.prompt ?? 'rename a to b',
    askedBy: given.askedBy ?? session.createdBy,
    state: 'succeeded',
    position: 1,
    baseCommit,
    resultCommit,
  });
  const ctx = systemContext('test', {
    db: room.db,
    actor: { kind: 'run', runId, agent: 'refactor', personId: session.createdBy },
  });
  const prepared = await prepareSuggestion(ctx, { runId, teamId: room.teamId, baseCommit, resultCommit });
  return prepared && (await withTransaction(ctx, (tx) => createSuggestion(tx, prepared))).suggestionId;
}

/** Brings a file into the room. @returns its id */
export async function openInRoom(room: RoomFixture, ctx: Context, at: { sessionId: string; path: string }) {
  const command = { kind: 'open_file' as const, path: at.path };
  return requireDone(await requestRoomCommand(ctx, { sessionId: at.sessionId, teamId: room.teamId, command })).fileId;
}

/** A file's text in a client's document; undefined while it is not there. */
export function roomText(doc: Y.Doc, path: string): Y.Text | undefined {
  for (const entry of doc.getMap<Y.Map<unknown>>('files').values()) {
    // The room's document is made of these (CONTRACTS, "The room's document").
    if (entry.get('path') === path) return entry.get('text') as Y.Text;
  }
  return undefined;
}

/** The audit entries about a suggestion, commit or session, oldest first, as `actor action`. */
export async function auditTrail(room: RoomFixture, id: string): Promise<string[]> {
  const { auditEntry } = schema;
  const rows = await room.db
    .select()
    .from(auditEntry)
    .where(eq(auditEntry.resourceId, id))
    .orderBy(auditEntry.at, auditEntry.id);
  return rows.map((row) => `${row.actorName} ${row.action}`);
}

/** The bodies of the session's log of one type, in order. */
export async function eventsOf(room: RoomFixture, sessionId: string, type: string): Promise<Record<string, unknown>[]> {
  const { sessionEvent } = schema;
  const rows = await room.db
    .select()
    .from(sessionEvent)
    .where(eq(sessionEvent.sessionId, sessionId))
    .orderBy(sessionEvent.seq);
  return rows.filter((row) => row.type === type).map((row) => row.body);
}
