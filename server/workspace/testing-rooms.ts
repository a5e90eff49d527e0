import { eq } from 'drizzle-orm';
import { db, schema } from '../../db/client.ts';
import { notifications } from '../platform/notifications.ts';
import { notify } from '../platform/notify.ts';
import { repoPath, updateRef } from './git.ts';

/**
 * Stands in for the owner of rooms in tests of use cases that need one but are not about it: nobody has a file open, so the
 * session's state is its head commit, and a tree that is brought in becomes the head.
 * @returns stops it
 */
export async function startEmptyRooms(): Promise<() => void> {
  const listening = await notifications();
  return listening.on('room_command', (payload) => {
    const commandId = payload.split(':')[1] ?? '';
    void answer(commandId);
  });
}

async function answer(commandId: string): Promise<void> {
  const { roomCommand, session } = schema;
  const [command] = await db().select().from(roomCommand).where(eq(roomCommand.id, commandId));
  if (!command) throw new Error(`no command ${commandId}`);
  const [row] = await db().select().from(session).where(eq(session.id, command.sessionId));
  if (!row) throw new Error(`no session ${command.sessionId}`);
  let commit = row.headCommit;
  if (command.kind === 'apply_tree') {
    commit = String(command.payload['result']);
    const ref = `refs/ensemble/sessions/${row.id}`;
    await updateRef(repoPath(row.projectId), ref, { to: commit, expected: row.headCommit });
    await db().update(session).set({ headCommit: commit }).where(eq(session.id, row.id));
  }
  await db()
    .update(roomCommand)
    .set({ state: 'done', result: resultOf(command, commit) })
    .where(eq(roomCommand.id, commandId));
  await notify(db(), 'room_command_done', commandId);
}

/** What a room without any open file would answer. */
function resultOf({ kind, payload }: typeof schema.roomCommand.$inferSelect, commit: string): Record<string, unknown> {
  if (kind === 'open_file') return { fileId: 'fil_testing', path: payload['path'], sizeBytes: 0, eol: 'lf' };
  return { commit, paths: ['a file'], conflicts: [], reasons: [], left: [], undoId: null };
}
