import { and, asc, eq } from 'drizzle-orm';
import { afterAll, expect, test } from 'vitest';
import { schema } from '../../../db/client.ts';
import { eventually, roomFixture } from '../../../db/testing-room.ts';
import { closeQueue } from '../../jobs/queue.ts';
import { createFile, deletePath, renamePath } from '../../sessions/file-commands.ts';
import { listFiles } from '../../sessions/list-files.ts';
import { readTestFile } from '../testing-git.ts';
import { entryOf, openSession, runCommand, textOf } from './testing-command.ts';

const room = await roomFixture();
afterAll(closeQueue);

const untilStopped = 'until [ -e stop ]; do';
const stop = (ctx: Parameters<typeof createFile>[0], sessionId: string) => createFile(ctx, { sessionId, path: 'stop' });

test('[CB100] [CB101] a command appends while somebody types: both see both at once, and each line has its author', async () => {
  const { sessionId, ada, client, id } = await openSession(room, { 'log.txt': 'head\n\nmiddle\n\nend\n' });
  const bob = await room.person('developer', 'Bob');
  const bobs = await room.enter(bob, sessionId);
  await eventually(() => expect(textOf(bobs, id('log.txt')).length).toBeGreaterThan(0));
  const command = await runCommand(ada, {
    sessionId,
    command: `i=0; ${untilStopped} i=$((i+1)); echo "tick $i" >> log.txt; sleep 0.1; done; echo wrote $i; cat log.txt`,
  });
  const text = () => textOf(client, id('log.txt')).toJSON();
  await eventually(() => expect(text()).toContain('tick 1\n'), 20_000);
  for (let n = 0; n < 6; n++) {
    textOf(bobs, id('log.txt')).insert(4 + n, String.fromCharCode(97 + n));
    const ticks = text().split('tick').length;
    await eventually(() => {
      expect(text()).toContain(`head${'abcdef'.slice(0, n + 1)}\n`);
      expect(text().split('tick').length).toBeGreaterThan(ticks);
    }, 20_000);
  }
  await stop(bob, sessionId);
  expect(await command.ended()).toMatchObject({ state: 'succeeded' });
  const output = await command.output();
  const count = Number(/wrote (\d+)/.exec(output)?.[1]);
  const ticks = Array.from({ length: count }, (_, at) => `tick ${at + 1}\n`).join('');
  const whole = `headabcdef\n\nmiddle\n\nend\n${ticks}`;
  await eventually(() => expect(text()).toBe(whole));
  expect(textOf(bobs, id('log.txt')).toJSON()).toBe(whole);
  expect(output).toContain('headabc');
  expect(output).not.toContain('Not taken over');
  const rows = await room.db
    .select()
    .from(schema.roomUpdate)
    .where(eq(schema.roomUpdate.sessionId, sessionId))
    .orderBy(asc(schema.roomUpdate.id));
  const authorsOf = (kind: string) => new Set(rows.filter((row) => row.kind === kind).map((row) => row.actorId));
  const idOf = (ctx: typeof ada) => (ctx.actor?.kind === 'person' ? ctx.actor.personId : '');
  expect(authorsOf('merge')).toEqual(new Set([idOf(ada)]));
  expect(authorsOf('edit')).toContain(idOf(bob));
  const audit = await room.db
    .select()
    .from(schema.auditEntry)
    .where(and(eq(schema.auditEntry.resourceId, sessionId), eq(schema.auditEntry.action, 'task.apply_changes')));
  expect(audit.length).toBeGreaterThan(0);
  expect(audit.length).toBeLessThanOrEqual(2);
}, 90_000);

test('[CB101] what people type, create, rename and delete reaches the running command', async () => {
  const { sessionId, ada, client, id } = await openSession(room, {
    'src/a.txt': 'one\r\ntwo\r\n',
    'tool.sh': 'echo a\n',
  });
  const command = await runCommand(ada, {
    sessionId,
    command: `${untilStopped} cat src/a.txt; ls -R; ./tool.sh; sleep 0.05; done; ls src; stat -c %a tool.sh`,
  });
  await command.printed('one');
  textOf(client, id('src/a.txt')).insert(4, 'typed\n');
  await command.printed('typed');
  textOf(client, id('tool.sh')).insert(0, 'echo from the room\n');
  await command.printed('from the room');
  await createFile(ada, { sessionId, path: 'src/deep/new.txt', text: 'x\n' });
  await command.printed('new.txt');
  await renamePath(ada, { sessionId, from: 'src/a.txt', to: 'src/b.txt' });
  await command.printed('b.txt');
  await deletePath(ada, { sessionId, path: 'src/deep' });
  await stop(ada, sessionId);
  expect(await command.ended()).toMatchObject({ state: 'succeeded' });
  const output = await command.output();
  expect(output.slice(output.lastIndexOf('b.txt'))).toMatch(/^b\.txt\n755\n/);
  const { commit } = await listFiles(ada, { sessionId });
  expect(await readTestFile(room.repo, 'src/b.txt', commit)).toBe('one\r\ntyped\r\ntwo\r\n');
}, 60_000);

test('[CB103] [CB104] a rename, a mode and a deletion on disk come in while the command runs', async () => {
  const text = Array.from({ length: 9 }, (_, at) => `line ${at}\n`).join('');
  const { sessionId, ada, client, id } = await openSession(room, {
    'a.txt': text,
    'gone.txt': 'g\n',
    'plain.py': 'p\n',
  });
  const command = await runCommand(ada, {
    sessionId,
    command: `mkdir lib && mv a.txt lib/b.txt; rm gone.txt; chmod +x plain.py; ${untilStopped} sleep 0.05; done`,
  });
  await eventually(() => expect(entryOf(client, id('a.txt')).get('path')).toBe('lib/b.txt'), 20_000);
  await eventually(() => expect(client.doc.getMap('files').has(id('gone.txt'))).toBe(false));
  await eventually(async () => {
    const rows = await room.db
      .select()
      .from(schema.roomFile)
      .where(eq(schema.roomFile.fileId, id('plain.py')));
    expect(rows[0]?.gitMode).toBe('100755');
  });
  await stop(ada, sessionId);
  expect(await command.ended()).toMatchObject({ state: 'succeeded' });
}, 60_000);

test('[CB108] a program that read a file before something was typed, and writes it afterwards, takes nothing of it away', async () => {
  const { sessionId, ada, client, id } = await openSession(room, { 'a.ts': 'first\n\nconst  x = 1;\n\nlast\n' });
  const command = await runCommand(ada, {
    sessionId,
    command: `cp a.ts /tmp/read; echo read; until grep -q typed a.ts; do sleep 0.02; done; sed 's/  / /' /tmp/read > a.ts; ${untilStopped} sleep 0.05; done; cat a.ts`,
  });
  await command.printed('read');
  const text = () => textOf(client, id('a.ts')).toJSON();
  textOf(client, id('a.ts')).insert(5, ' typed');
  const whole = 'first typed\n\nconst x = 1;\n\nlast\n';
  await eventually(() => expect(text()).toBe(whole), 20_000);
  await stop(ada, sessionId);
  expect(await command.ended()).toMatchObject({ state: 'succeeded' });
  expect(await command.output()).toContain(whole);
  expect(text()).toBe(whole);
}, 60_000);

test('[CB101] what a program writes into a file that it had open when the bridge replaced it comes in as well', async () => {
  const { sessionId, ada, client, id } = await openSession(room, { 'log.txt': 'head\n\nbegin\n' });
  const command = await runCommand(ada, {
    sessionId,
    command: `exec 3>>log.txt; echo opened; until grep -q typed log.txt; do sleep 0.02; done; echo late >&3; ${untilStopped} sleep 0.05; done`,
  });
  await command.printed('opened');
  textOf(client, id('log.txt')).insert(0, 'typed ');
  await eventually(() => expect(textOf(client, id('log.txt')).toJSON()).toBe('typed head\n\nbegin\nlate\n'), 20_000);
  await stop(ada, sessionId);
  expect(await command.ended()).toMatchObject({ state: 'succeeded' });
}, 60_000);

test('[CB101] what the repository says of line ends holds on disk', async () => {
  const files = { '.gitattributes': '*.bat text eol=crlf\n', 'run.bat': 'one\n\ntwo\n' };
  const { sessionId, ada, client, id } = await openSession(room, files, ['run.bat']);
  const command = await runCommand(ada, {
    sessionId,
    command: `${untilStopped} od -c run.bat | tr -d ' \n'; sleep 0.05; printf 'new\\r\\n' > made.bat; done`,
  });
  await command.printed('one\\r\\n');
  textOf(client, id('run.bat')).insert(0, 'typed\n');
  await command.printed('typed\\r\\n');
  await stop(ada, sessionId);
  expect(await command.ended()).toMatchObject({ state: 'succeeded' });
  const { commit } = await listFiles(ada, { sessionId });
  expect(await readTestFile(room.repo, 'run.bat', commit)).toBe('typed\none\n\ntwo\n');
  expect(await readTestFile(room.repo, 'made.bat', commit)).toBe('new\n');
}, 60_000);
