import { fork } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import type { Entrant, Order, Report, Seen } from './generator.ts';
import type { Seat } from './participants.ts';
import type { MeasuredServer } from './servers.ts';

/** How many people write how much: the writers are a tenth of a room's clients, at least one. */
export type Shape = { rooms: number; clientsEach: number; updatesPerSecond: number };

export type Measured = Seen & {
  connected: number;
  refused: number;
  /** Of the server's process, for each update that one of the others received. */
  cpuMicrosPerDelivery: number;
  rssBytesPerClient: number;
};

/** Puts a shape's load on a server from a process of its own. */
export async function measure(
  server: MeasuredServer,
  shape: Shape,
  { warmUpMs, measureMs }: { warmUpMs: number; measureMs: number },
): Promise<Measured> {
  const entrants = entrantsOf(await server.makeRooms(shape.rooms, shape.clientsEach));
  const generator = fork(path.join(import.meta.dirname, 'generator.ts'), {
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  });
  const order = (given: Order) => void generator.send(given);
  try {
    const enter = (some: Entrant[]) => {
      order({ order: 'enter', dialect: server.dialect, entrants: some });
      return reported(generator, 'entered');
    };
    // The first few take with them what a server needs for any client at all.
    const few = await enter(entrants.slice(0, firstFew));
    const before = await server.usage('gc');
    const { connected, refused } = await enter(entrants.slice(firstFew));
    const entered = await server.usage('gc');
    order({ order: 'write', updatesPerSecond: shape.updatesPerSecond, warmUpMs, measureMs });
    await reported(generator, 'measuring');
    const start = await server.usage();
    await reported(generator, 'measured');
    const end = await server.usage();
    const { seen } = await reported(generator, 'wrote');
    return {
      ...seen,
      connected,
      refused,
      cpuMicrosPerDelivery: (end.cpuMicros - start.cpuMicros) / seen.windowDeliveries,
      rssBytesPerClient: (entered.rssBytes - before.rssBytes) / Math.max(1, connected - few.connected),
    };
  } finally {
    if (generator.exitCode === null) {
      generator.kill('SIGKILL');
      await once(generator, 'close');
    }
  }
}

const firstFew = 20;

/** A tenth of a room writes. */
function entrantsOf(rooms: Seat[][]): Entrant[] {
  return rooms.flatMap((room) =>
    room.map((seat, place) => ({ seat, writes: place < Math.max(1, Math.round(room.length / 10)) })),
  );
}

function reported<K extends Report['report']>(
  generator: ReturnType<typeof fork>,
  which: K,
): Promise<Extract<Report, { report: K }>> {
  return new Promise((resolve, reject) => {
    const onMessage = (message: Report) => {
      if (!isReport(message, which)) return;
      done();
      resolve(message);
    };
    const onExit = (code: number | null) => {
      done();
      reject(new Error(`the load generator ended with code ${code}`));
    };
    const done = () => generator.off('message', onMessage).off('exit', onExit);
    generator.on('message', onMessage).on('exit', onExit);
  });
}

function isReport<K extends Report['report']>(message: Report, which: K): message is Extract<Report, { report: K }> {
  return message.report === which;
}
