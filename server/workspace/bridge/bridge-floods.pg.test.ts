import { and, eq } from 'drizzle-orm';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { schema } from '../../../db/client.ts';
import { eventually, roomFixture } from '../../../db/testing-room.ts';
import { closeQueue } from '../../jobs/queue.ts';
import { createFile } from '../../sessions/file-commands.ts';
import { listFiles } from '../../sessions/list-files.ts';
import { readTestFile } from '../testing-git.ts';
import { openSession, runCommand, textOf } from './testing-command.ts';

const room = await roomFixture();
afterAll(closeQueue);

const untilStopped = 'until [ -e stop ]; do sleep 0.05; done';
const stop = (ctx: Parameters<typeof createFile>[0], sessionId: string) => createFile(ctx, { sessionId, path: 'stop' });
const commandsOf = (sessionId: string, kind: string) =>
  room.db
    .select()
    .from(schema.roomCommand)
    .where(and(eq(schema.roomCommand.sessionId, sessionId), eq(schema.roomCommand.kind, kind)));

test('[CB100] a formatter goes over 200 files while somebody types in some of them', async () => {
  const files = Object.fromEntries(
    Array.from({ length: 200 }, (_, at) => [`src/f${at}.ts`, `// file ${at}\n\n\nconst  x =  ${at};\n\nend\n`]),
  );
  const open = Object.keys(files).slice(0, 40);
  const { sessionId, ada, client, id } = await openSession(room, files, open);
  const command = await runCommand(ada, {
    sessionId,
    command: `echo go; for f in src/*.ts; do sed -i 's/const  x =  /const x = /' $f; done; ${untilStopped}`,
  });
  await command.printed('go');
  for (const at of [0, 11, 22, 33]) textOf(client, id(open[at] ?? '')).insert(0, 'typed ');
  await eventually(() => {
    for (const file of open) expect(textOf(client, id(file)).toJSON()).toContain('const x = ');
  }, 20_000);
  await stop(ada, sessionId);
  expect(await command.ended()).toMatchObject({ state: 'succeeded' });
  expect(await command.output()).not.toContain('Not taken over');
  expect(await command.output()).toContain('Changed 200 files');
  const { commit } = await listFiles(ada, { sessionId });
  for (const at of [0, 100, 199])
    expect(await readTestFile(room.repo, `src/f${at}.ts`, commit)).toBe(
      `${at === 0 ? 'typed ' : ''}// file ${at}\n\n\nconst x = ${at};\n\nend\n`,
    );
}, 90_000);

test('[CB106] what is installed into an ignored folder stays out and disturbs nobody', async () => {
  const { sessionId, ada, client, id } = await openSession(room, { '.gitignore': 'node_modules\n', 'a.txt': 'a\n' });
  const command = await runCommand(ada, {
    sessionId,
    command: `for d in $(seq 60); do mkdir -p node_modules/p$d/lib; for f in $(seq 40); do echo $f > node_modules/p$d/lib/$f.js; done; done; echo installed; ${untilStopped}; cat a.txt`,
  });
  await command.printed('installed');
  textOf(client, id('a.txt')).insert(0, 'typed\n');
  await stop(ada, sessionId);
  expect(await command.ended()).toMatchObject({ state: 'succeeded' });
  expect(await command.output()).toContain('typed');
  expect(await commandsOf(sessionId, 'apply_tree')).toEqual([]);
  expect((await listFiles(ada, { sessionId })).items.map((item) => item.path)).toEqual(['.gitignore', 'a.txt', 'stop']);
}, 90_000);

test('[CB106] a checkout of other files and back ends where it began', async () => {
  const files = Object.fromEntries(
    Array.from({ length: 300 }, (_, at) => [`d${at % 7}/f${at}.txt`, `${at}\n\n\nend\n`]),
  );
  const { sessionId, ada, client, id } = await openSession(room, files, ['d0/f0.txt', 'd1/f1.txt']);
  const command = await runCommand(ada, {
    sessionId,
    command: `for f in d*/*; do echo more >> $f; done; git rm -rq --cached d6; rm -r d6; echo gone; until [ -e back ]; do sleep 0.05; done; git reset -q --hard; ${untilStopped}`,
  });
  await eventually(() => expect(textOf(client, id('d0/f0.txt')).toJSON()).toBe('0\n\n\nend\nmore\n'), 20_000);
  await eventually(async () => {
    const { items } = await listFiles(ada, { sessionId });
    expect(items.map((item) => item.path)).not.toContain('d6/f6.txt');
  });
  await createFile(ada, { sessionId, path: 'back' });
  await eventually(() => expect(textOf(client, id('d1/f1.txt')).toJSON()).toBe('1\n\n\nend\n'), 20_000);
  await stop(ada, sessionId);
  expect(await command.ended()).toMatchObject({ state: 'succeeded' });
  const { commit, items } = await listFiles(ada, { sessionId });
  expect(items.filter((item) => item.path.startsWith('d'))).toHaveLength(300);
  expect(await readTestFile(room.repo, 'd6/f6.txt', commit)).toBe('6\n\n\nend\n');
  expect(await readTestFile(room.repo, 'd0/f0.txt', commit)).toBe('0\n\n\nend\n');
}, 90_000);

test('[CB107] links swapped in while files are read and written lead nowhere', async () => {
  const outside = await mkdtemp(path.join(tmpdir(), 'ensemble-outside-'));
  try {
    await writeFile(path.join(outside, 'secret.txt'), 'SECRET\n');
    const { sessionId, ada, client, id } = await openSession(room, {
      'd/secret.txt': 'mine\n',
      'e/secret.txt': 'mine\n',
    });
    const swap = `cp -r d d2; rm -rf d; ln -s ${outside} d; rm d; mv d2 d; ln -sfn ${outside}/secret.txt e/link; mv -f e/link e/secret.txt; rm -f e/secret.txt; echo mine > e/secret.txt`;
    const command = await runCommand(ada, {
      sessionId,
      command: `until [ -e stop ]; do ${swap}; done; rm -rf d e; mkdir d e; echo end > d/secret.txt; ln -s ${outside}/secret.txt e/link`,
    });
    for (let n = 0; n < 4; n++) {
      const versions = (await commandsOf(sessionId, 'materialize')).length;
      const there = ['d/secret.txt', 'e/secret.txt'].filter((file) => client.doc.getMap('files').has(id(file)));
      for (const file of there) textOf(client, id(file)).insert(0, `typed ${n}\n`);
      await eventually(async () => {
        expect((await commandsOf(sessionId, 'materialize')).length).toBeGreaterThan(versions);
      }, 20_000);
    }
    await stop(ada, sessionId);
    await command.ended();
    expect(await readFile(path.join(outside, 'secret.txt'), 'utf8')).toBe('SECRET\n');
    expect(JSON.stringify(client.doc.getMap('files').toJSON())).not.toContain('SECRET');
    const { items } = await listFiles(ada, { sessionId });
    expect(items.map((item) => item.path)).not.toContain('e/link');
    expect(await command.output()).toContain('"e/link" is a symbolic link');
  } finally {
    await rm(outside, { recursive: true });
  }
}, 90_000);
