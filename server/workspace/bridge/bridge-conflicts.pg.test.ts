import { and, asc, eq } from 'drizzle-orm';
import { afterAll, expect, test } from 'vitest';
import { schema } from '../../../db/client.ts';
import { eventually, roomFixture } from '../../../db/testing-room.ts';
import { closeQueue } from '../../jobs/queue.ts';
import { createFile, restoreFile } from '../../sessions/file-commands.ts';
import { listFiles } from '../../sessions/list-files.ts';
import { resolveCommit } from '../git.ts';
import { readTestFile } from '../testing-git.ts';
import { openSession, runCommand, textOf } from './testing-command.ts';

const room = await roomFixture();
afterAll(closeQueue);

const untilStopped = 'until [ -e stop ]; do sleep 0.05; done';
const stop = (ctx: Parameters<typeof createFile>[0], sessionId: string) => createFile(ctx, { sessionId, path: 'stop' });

/** Which conflicts the log has told of, in order. */
async function conflictsOf(sessionId: string) {
  const { sessionEvent } = schema;
  const rows = await room.db
    .select({ body: sessionEvent.body })
    .from(sessionEvent)
    .where(and(eq(sessionEvent.sessionId, sessionId), eq(sessionEvent.type, 'task_conflicts')))
    .orderBy(asc(sessionEvent.seq));
  return rows.map(({ body }) => body as { commit: string; conflicts: { path: string; reason?: string }[] });
}

/** Until the files of the next command are on their way to disk: what is typed from now on is not among them. */
const untilMaterialized = (sessionId: string) =>
  eventually(async () => {
    const { roomCommand } = schema;
    const rows = await room.db.select().from(roomCommand).where(eq(roomCommand.sessionId, sessionId));
    expect(rows.some((row) => row.kind === 'materialize' && row.state === 'done')).toBe(true);
  });

/** A session whose command has changed the second line of a.txt on disk, as somebody did in the room. */
async function disagree() {
  const opened = await openSession(room, { 'a.txt': 'one\ntwo\nthree\n', 'b.txt': 'b\n' });
  const { sessionId, ada, client, id } = opened;
  const starting = runCommand(ada, {
    sessionId,
    command: `printf 'one\\ntheirs\\nthree\\n' > a.txt; echo B > b.txt; ${untilStopped}; cat a.txt`,
  });
  await untilMaterialized(sessionId);
  textOf(client, id('a.txt')).insert(7, ' (mine)');
  const command = await starting;
  await eventually(async () => expect(await conflictsOf(sessionId)).toHaveLength(1), 20_000);
  return { ...opened, command, text: () => textOf(client, id('a.txt')).toJSON() };
}

test('[CB105] where both changed the same lines both stay as they are, and the command’s version is kept', async () => {
  const { sessionId, ada, client, id, command, text } = await disagree();
  expect(text()).toBe('one\ntwo (mine)\nthree\n');
  await eventually(() => expect(textOf(client, id('b.txt')).toJSON()).toBe('B\n'));
  const [told] = await conflictsOf(sessionId);
  expect(told?.conflicts).toEqual([{ path: 'a.txt' }]);
  expect(await readTestFile(room.repo, 'a.txt', told?.commit ?? '')).toBe('one\ntheirs\nthree\n');
  await stop(ada, sessionId);
  expect(await command.ended()).toMatchObject({ state: 'succeeded' });
  const output = await command.output();
  expect(output).toContain('one\ntheirs\nthree');
  expect(output).toContain('people changed the same lines meanwhile: a.txt');
  expect(text()).toBe('one\ntwo (mine)\nthree\n');
  const kept = await resolveCommit(room.repo, `refs/ensemble/tasks/${command.taskId}`);
  expect(await readTestFile(room.repo, 'a.txt', kept ?? '')).toBe('one\ntheirs\nthree\n');
  await restoreFile(ada, { sessionId, path: 'a.txt', commit: kept ?? '' });
  await eventually(() => expect(text()).toBe('one\ntheirs\nthree\n'));
}, 60_000);

test('[CB105] a conflict ends when people take the command’s version, or make room for it', async () => {
  for (const agree of ['take', 'undo'] as const) {
    const { sessionId, ada, client, id, command, text } = await disagree();
    const [told] = await conflictsOf(sessionId);
    if (agree === 'take') await restoreFile(ada, { sessionId, path: 'a.txt', commit: told?.commit ?? '' });
    else textOf(client, id('a.txt')).delete(7, ' (mine)'.length);
    await eventually(() => expect(text()).toBe('one\ntheirs\nthree\n'), 20_000);
    await eventually(async () => expect((await conflictsOf(sessionId)).at(-1)?.conflicts).toEqual([]), 20_000);
    textOf(client, id('a.txt')).insert(0, 'after ');
    await eventually(async () => {
      const { commit } = await listFiles(ada, { sessionId });
      expect(await readTestFile(room.repo, 'a.txt', commit)).toContain('after one');
    });
    await stop(ada, sessionId);
    expect(await command.ended()).toMatchObject({ state: 'succeeded' });
    expect(await command.output()).not.toContain('Not taken over');
  }
}, 90_000);
