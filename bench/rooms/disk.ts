import { fork } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { eq } from 'drizzle-orm';
import { db, schema, setDatabaseUrl } from '../../db/client.ts';
import { newId } from '../../server/platform/ids.ts';
import { percentile, type Result } from '../result.ts';
import { Participant, type Seat } from './participants.ts';
import { startServer, type Place } from './servers.ts';
import { eachStamp, stamp } from './stamps.ts';

const everyMs = 700;
const patienceMs = 120_000;
const worker = path.resolve(import.meta.dirname, '../../server/workspace/bridge/testing-worker.ts');

/** Runs in the box: appends a stamp now and then, and prints when it did. */
const writing = (changes: number) =>
  `const fs = require("fs"); let n = 0; setTimeout(() => { const timer = setInterval(() => { if (n >= ${changes}) return clearInterval(timer); fs.appendFileSync("text.txt", "~#~" + String(n).padStart(8, "0") + "\\n"); console.log("at", n, Date.now()); n += 1; }, ${everyMs}); }, 1500);`;

/** Runs in the box: looks at the file all the time and prints when it first sees each stamp. */
const reading = (changes: number) =>
  `const fs = require("fs"); let n = 0; console.log("ready"); const timer = setInterval(() => { const text = fs.readFileSync("text.txt", "utf8"); while (text.includes("~#~" + String(n).padStart(8, "0"))) { console.log("at", n, Date.now()); n += 1; } if (n >= ${changes}) clearInterval(timer); }, 2);`;

/**
 * From a file's change by a running command to a participant's socket, and from a keystroke to the file that the command
 * reads. The room, the worker with its box, and the participant are a process each.
 */
export async function measureDisk(place: Place, { quick }: { quick: boolean }): Promise<Result[]> {
  const changes = quick ? 10 : 60;
  setDatabaseUrl(place.databaseUrl);
  const server = await startServer('ensemble', place);
  try {
    // A ticket is good for a minute, so each room is made when it is needed.
    const seat = async () => {
      const [[made] = []] = await server.makeRooms(1, 1);
      if (!made) throw new Error('a room has a seat');
      return made;
    };
    return [
      result('disk change to a remote screen', await diskToScreen(place, await seat(), changes)),
      result('keystroke to the disk of a running command', await keysToDisk(place, await seat(), changes)),
    ];
  } finally {
    await server.stop();
  }
}

function result(name: string, delays: readonly number[]): Result {
  const [p50, p95, p99] = [percentile(delays, 0.5), percentile(delays, 0.95), percentile(delays, 0.99)];
  return { name, unit: 'ms', value: p50, p50, p95, p99 };
}

async function diskToScreen(place: Place, seat: Seat, changes: number): Promise<number[]> {
  const seenAt = new Map<number, number>();
  const onUpdate = (frame: Buffer) => {
    const now = Date.now();
    eachStamp(frame, (number) => void seenAt.set(number, seenAt.get(number) ?? now));
  };
  const reader = await Participant.enter({ dialect: 'plain', seat, writes: false, onUpdate });
  const written = await run(place, { room: seat.room, program: writing(changes) });
  reader.leave();
  return [...written].map(([number, at]) => (seenAt.get(number) ?? Infinity) - at);
}

async function keysToDisk(place: Place, seat: Seat, changes: number): Promise<number[]> {
  const typedAt = new Map<number, number>();
  const writer = await Participant.enter({ dialect: 'plain', seat, writes: true, onUpdate: () => undefined });
  const meanwhile = async () => {
    for (let number = 0; number < changes; number++) {
      await wait(everyMs);
      typedAt.set(number, Date.now());
      writer.write((text) => text.insert(text.length, `${stamp(number)}\n`));
    }
  };
  const seen = await run(place, { room: seat.room, program: reading(changes), meanwhile });
  writer.leave();
  return [...typedAt].map(([number, at]) => (seen.get(number) ?? Infinity) - at);
}

/** Runs a program as a command of the session. @returns the instants it printed, by stamp */
async function run(
  place: Place,
  { room: sessionId, program, meanwhile }: { room: string; program: string; meanwhile?: () => Promise<void> },
): Promise<Map<number, number>> {
  const taskId = await newTask(sessionId, `node -e '${program}'`);
  const child = fork(worker, [place.databaseUrl, taskId], {
    env: { ...process.env, LOG_LEVEL: 'silent', DATABASE_URL: place.databaseUrl, ENSEMBLE_DATA: place.dataDir },
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });
  const ended = once(child, 'exit');
  await wait(3_000);
  await meanwhile?.();
  await Promise.race([ended, wait(patienceMs, undefined, { ref: false })]);
  child.kill('SIGKILL');
  const { sessionEvent } = schema;
  const rows = await db()
    .select({ body: sessionEvent.body })
    .from(sessionEvent)
    .where(eq(sessionEvent.sessionId, sessionId));
  const printed = rows.map(({ body }) => (typeof body['text'] === 'string' ? body['text'] : '')).join('');
  return new Map(Array.from(printed.matchAll(/^at (\d+) (\d+)$/gm), ([, number, at]) => [Number(number), Number(at)]));
}

async function newTask(sessionId: string, command: string): Promise<string> {
  const [session] = await db().select().from(schema.session).where(eq(schema.session.id, sessionId));
  if (!session) throw new Error(`no session ${sessionId}`);
  const id = newId('tsk');
  const { teamId, createdBy } = session;
  await db()
    .insert(schema.task)
    .values({ id, teamId, sessionId, name: 'custom', command, state: 'queued', startedBy: createdBy });
  return id;
}
