import { setTimeout as delay } from 'node:timers/promises';
import * as Y from 'yjs';
import { pick, pickWeighted } from './random.ts';
import { realMoves } from './real-moves.ts';
import { RealWorld, type RealGround } from './real-world.ts';

const steps = 120;
const patienceMs = 120_000;

/**
 * Plays one schedule with real processes: what happens is drawn from the seed, when it happens is up to the machine.
 * @returns how often each kind of event happened
 * @throws when anything that must hold does not
 */
export async function playReal(seed: number, ground: RealGround): Promise<Map<string, number>> {
  const world = await RealWorld.create(ground, seed);
  try {
    const weights = Object.entries(realMoves).map(([name, move]) => [name, move.weight] as const);
    for (let left = steps; left > 0; left--) {
      const client = pick(world.next, world.clients);
      if (client) await realMoves[pickWeighted(world.next, weights)]?.make(world, client);
      await world.pass(6);
      world.requireInnocence();
    }
    await rest(world);
    return world.happened;
  } finally {
    await world.nothingAwaited();
    world.destroy();
  }
}

/** Everybody comes back; then all have the same, and it is what is stored. */
async function rest(world: RealWorld): Promise<void> {
  await world.nothingAwaited();
  for (const { provider } of world.clients) provider.connect();
  const until = performance.now() + patienceMs;
  let difference = await findDifference(world);
  while (difference !== undefined) {
    world.requireInnocence();
    if (performance.now() > until) throw new Error(`the world does not come to rest: ${difference}`);
    await delay(15);
    difference = await findDifference(world);
  }
  await world.judgeRows();
  world.requireInnocence();
}

function stateOf(doc: Y.Doc): string {
  const files = [...doc.getMap('files')].toSorted(([a], [b]) => (a < b ? -1 : 1));
  const shown = files.map(([id, entry]) => [
    id,
    entry instanceof Y.Map && [String(entry.get('path')), String(entry.get('eol')), String(entry.get('text'))],
  ]);
  const vector = [...Y.decodeStateVector(Y.encodeStateVector(doc))].toSorted(([a], [b]) => a - b);
  return JSON.stringify({ shown, vector });
}

/** @returns what is not equal yet */
async function findDifference(world: RealWorld): Promise<string | undefined> {
  const away = world.clients.find(({ provider }) => !provider.synced);
  if (away) return `client ${away.clientId} is not connected`;
  const [first, ...others] = world.clients.map((client) => stateOf(client.doc));
  if (first === undefined || others.some((other) => other !== first)) return 'clients differ';
  if (await world.hasQueuedCommands()) return 'a command waits';
  const stored = await world.storedDocument();
  if (stateOf(stored) !== first) return 'clients and rows differ';
  const paths = await world.storedPaths();
  const shown = [...stored.getMap('files')].map(([id, entry]) => [id, entry instanceof Y.Map && entry.get('path')]);
  const sorted = (pairs: unknown[][]) => JSON.stringify(pairs.map((pair) => pair.join(' ')).toSorted());
  return sorted(paths) === sorted(shown) ? undefined : `paths ${sorted(paths)}, shown ${sorted(shown)}`;
}
