import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { eq } from 'drizzle-orm';
import { afterAll, expect, test } from 'vitest';
import { schema } from '../../../db/client.ts';
import { eventually, roomFixture } from '../../../db/testing-room.ts';
import { closeQueue } from '../../jobs/queue.ts';
import { startTask } from '../start-task.ts';
import { openSession, runCommand, textOf } from './testing-command.ts';

const room = await roomFixture();
afterAll(closeQueue);

test('[CB109] a worker that is killed while it follows a command loses nothing; the next command finds the room’s files', async () => {
  const { sessionId, ada, client, id } = await openSession(room, { 'a.txt': 'head\n\nmiddle\n\nend\n' });
  const mark = `3${Date.now() % 100_000}`;
  const { taskId } = await startTask(ada, {
    sessionId,
    name: 'custom',
    command: `echo written >> a.txt; mkdir node_modules; echo half > new.txt; until grep -q typed a.txt; do sleep 0.05; done; echo seen >> a.txt; sleep ${mark}`,
  });
  const worker = spawn(process.execPath, [path.join(import.meta.dirname, 'testing-worker.ts'), room.url, taskId], {
    stdio: 'inherit',
  });
  const text = () => textOf(client, id('a.txt')).toJSON();
  await eventually(() => expect(text()).toContain('written'), 30_000);
  textOf(client, id('a.txt')).insert(4, ' typed');
  await eventually(() => expect(text()).toContain('seen'), 30_000);
  const ended = once(worker, 'exit');
  worker.kill('SIGKILL');
  await ended;
  textOf(client, id('a.txt')).insert(0, 'later ');
  await eventually(() => {
    expect(execFileSync('ps', ['-eo', 'args']).toString()).not.toContain(`sleep ${mark}`);
  });
  const longAgo = new Date(Date.now() - 60_000);
  await room.db.update(schema.task).set({ heartbeatAt: longAgo }).where(eq(schema.task.id, taskId));
  const next = await runCommand(ada, { sessionId, command: 'cat a.txt; ls' });
  expect(await next.ended()).toMatchObject({ state: 'succeeded' });
  const whole = 'later head typed\n\nmiddle\n\nend\nwritten\nseen\n';
  expect(text()).toBe(whole);
  expect(await next.output()).toContain(whole);
  const [killed] = await room.db.select().from(schema.task).where(eq(schema.task.id, taskId));
  expect(killed).toMatchObject({ state: 'failed', error: expect.stringContaining('ended unexpectedly') });
}, 90_000);
