import { fork } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import type { Order, Report, Seen } from './generator.ts';
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
  const rooms = await server.makeRooms(shape.rooms, shape.clientsEach);
  const before = await server.usage('gc');
  const generator = fork(path.join(import.meta.dirname, 'generator.ts'), {
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  });
  const order = (given: Order) => void generator.send(given);
  try {
    const writersPerRoom = Math.max(1, Math.round(shape.clientsEach / 10));
    order({ order: 'enter', dialect: server.dialect, rooms, writersPerRoom });
    const { connected, refused } = await reported(generator, 'entered');
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
      rssBytesPerClient: (entered.rssBytes - before.rssBytes) / Math.max(1, connected),
    };
  } finally {
    if (generator.exitCode === null) {
      generator.kill('SIGKILL');
      await once(generator, 'close');
    }
  }
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
