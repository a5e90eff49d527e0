import * as Y from 'yjs';
import { percentile, type Result } from '../result.ts';
import { startOurs, type Place } from './servers.ts';
import type { Trace } from './trace.ts';
import { applyPatch, typeInTurns } from './typists.ts';

/** A long document: typed by three people through the server, and opened by a process that has just started. */
export async function measureLongDocument(place: Place, trace: Trace, opens: number): Promise<Result[]> {
  const title = `${trace.name} of ${trace.patches.length} edits`;
  const server = await startOurs(place);
  let room = '';
  let texts: string[] = [];
  const startedAt = performance.now();
  let typedMs = 0;
  try {
    const [seats = []] = await server.makeRooms(1, 4);
    room = seats[0]?.room ?? '';
    texts = await typeInTurns(seats, trace.patches);
    typedMs = performance.now() - startedAt;
    await server.close();
  } finally {
    await server.stop();
  }
  const expected = trace.endContent ?? replayed(trace);
  const openedMs: number[] = [];
  for (let time = 0; time < opens; time++) openedMs.push(await openCold(place, room));
  return [
    {
      name: `${title}, three clients: texts that differ`,
      unit: 'of 4',
      value: texts.filter((one) => one !== expected).length,
    },
    { name: `${title}, three clients: time to type it`, unit: 's', value: typedMs / 1000 },
    {
      name: `${title}: cold open on the server`,
      unit: 'ms',
      value: percentile(openedMs, 0.5),
      p50: percentile(openedMs, 0.5),
      p95: percentile(openedMs, 0.95),
    },
  ];
}

function replayed({ patches }: Trace): string {
  const text = new Y.Doc().getText();
  text.doc?.transact(() => {
    for (const patch of patches) applyPatch(text, patch);
  });
  return text.toJSON();
}

/** In a process that has opened nothing but one small room. */
async function openCold(place: Place, room: string): Promise<number> {
  const server = await startOurs(place);
  try {
    await server.makeRooms(1, 1);
    const [openedMs = Number.NaN] = await server.open([room]);
    await server.close();
    return openedMs;
  } finally {
    await server.stop();
  }
}

/** What a room costs that somebody opened and nobody is in, with one small file. */
export async function measureIdleRooms(place: Place, rooms: number): Promise<Result[]> {
  const maker = await startOurs(place);
  const seats = await maker.makeRooms(rooms, 1);
  await maker.close();
  await maker.stop();
  const server = await startOurs(place);
  try {
    await server.makeRooms(1, 1);
    const before = await server.usage('gc');
    await server.open(seats.map(([seat]) => seat?.room ?? ''));
    const after = await server.usage('gc');
    return [{ name: 'memory of an idle room', unit: 'KB', value: (after.rssBytes - before.rssBytes) / rooms / 1024 }];
  } finally {
    await server.stop();
  }
}
