import { eq } from 'drizzle-orm';
import { expect, test } from 'vitest';
import type * as Y from 'yjs';
import { schema } from '../../db/client.ts';
import { eventually, roomFixture } from '../../db/testing-room.ts';
import { requirePerson } from '../auth/authorize.ts';
import type { Context } from '../context.ts';
import { openFile } from '../sessions/open-file.ts';
import { requestRoomCommand, requireDone, type RoomCommand } from '../workspace/room-command.ts';
import { findText, readText } from './room-document.ts';

const room = await roomFixture();

async function ask<Command extends RoomCommand>(ctx: Context, sessionId: string, command: Command) {
  return requireDone(await requestRoomCommand(ctx, { sessionId, teamId: room.teamId, command }));
}

/** What each author wrote of a file, as `id:text`. */
function authorsOf(sessionId: string, fileId: string): Promise<string[]> {
  return room.server.collab.rooms.with(sessionId, (live) => {
    const text = readText(live.doc, fileId);
    let at = 0;
    return live.authorsOf(fileId).map((run) => {
      const part = `${run.credit?.actor.id ?? '?'}:${text.slice(at, at + run.length)}`;
      at += run.length;
      return part;
    });
  });
}

/** A session in which two people wrote a line each into `a.txt`. */
async function written() {
  const sessionId = await room.session({ 'a.txt': 'from git\n' });
  const [ada, bo] = [await room.person(), await room.person()];
  const { fileId } = await openFile(ada, { sessionId, path: 'a.txt' });
  const clients = [await room.enter(ada, sessionId), await room.enter(bo, sessionId)];
  for (const [at, client] of clients.entries()) {
    await eventually(() => expect(textOf(client, fileId)).toBeDefined());
    const text = textOf(client, fileId);
    text?.insert(text.length, `line ${at}\n`);
    await eventually(() => clients.forEach((one) => expect(textOf(one, fileId)?.toJSON()).toContain(`line ${at}\n`)));
  }
  const ids = [ada, bo].map((ctx) => requirePerson(ctx).personId);
  const expected = [`room:from git\n`, `${ids[0]}:line 0\n`, `${ids[1]}:line 1\n`];
  return { sessionId, fileId, ada, clients, expected };
}

const textOf = (client: { doc: Y.Doc }, fileId: string) => findText(client.doc, fileId);

test('[CB133] authorship survives the restart of the server and the folding of the log', async () => {
  const { sessionId, fileId, expected } = await written();
  expect(await authorsOf(sessionId, fileId)).toEqual(expected);
  await room.server.restart();
  await room.server.collab.rooms.with(sessionId, (live) => live.compact());
  expect(await authorsOf(sessionId, fileId)).toEqual(expected);
  await room.server.restart();
  expect(await authorsOf(sessionId, fileId)).toEqual(expected);
});

test('[CB134] a discard that is undone, and a deleted file that comes back, are theirs who wrote them', async () => {
  const { sessionId, fileId, ada, expected } = await written();
  const discarded = await ask(ada, sessionId, { kind: 'discard_file', path: 'a.txt' });
  expect(await authorsOf(sessionId, fileId)).toEqual(['room:from git\n']);
  await room.server.restart();
  await ask(ada, sessionId, { kind: 'restore_text', path: 'a.txt', commit: discarded.restoreCommit });
  expect(await authorsOf(sessionId, fileId)).toEqual(expected);
  const { restoreCommit } = await ask(ada, sessionId, { kind: 'delete_path', path: 'a.txt' });
  await ask(ada, sessionId, { kind: 'restore_text', path: 'a.txt', commit: restoreCommit });
  await ask(ada, sessionId, { kind: 'rename_path', from: 'a.txt', to: 'b.txt' });
  const again = await openFile(ada, { sessionId, path: 'b.txt' });
  expect(again.fileId).not.toBe(fileId);
  expect(await authorsOf(sessionId, again.fileId)).toEqual(expected);
});

test('[CB134] of states that pass only the last is kept, and it stays when it is needed after all', async () => {
  const { sessionId, fileId, ada, clients } = await written();
  const blobs = async () => {
    const { fileAuthorship } = schema;
    return room.db
      .select({ blob: fileAuthorship.blob, isPassing: fileAuthorship.isPassing })
      .from(fileAuthorship)
      .where(eq(fileAuthorship.sessionId, sessionId));
  };
  const [first] = clients;
  for (const more of ['one\n', 'two\n', 'three\n']) {
    if (first) textOf(first, fileId)?.insert(0, more);
    await eventually(async () =>
      expect(await room.server.collab.rooms.with(sessionId, (live) => readText(live.doc, fileId))).toContain(more),
    );
    await ask(ada, sessionId, { kind: 'materialize', isPassing: true });
    expect(await blobs()).toMatchObject([{ isPassing: true }]);
  }
  const [last] = await blobs();
  await ask(ada, sessionId, { kind: 'materialize' });
  expect(await blobs()).toEqual([{ ...last, isPassing: false }]);
});
