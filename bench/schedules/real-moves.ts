import { setTimeout as delay } from 'node:timers/promises';
import { requirePerson } from '../../server/auth/authorize.ts';
import type { Context } from '../../server/context.ts';
import { createFile, deletePath, renamePath } from '../../server/sessions/file-commands.ts';
import { commitTree, readBlob, readTree, writeBlob, writeTreeChanges } from '../../server/workspace/git-objects.ts';
import { requestRoomCommand, requireDone, type RoomCommand } from '../../server/workspace/room-command.ts';
import type { WebProcess } from './cluster.ts';
import { pick } from './random.ts';
import type { RealClient } from './real-client.ts';
import type { RealWorld } from './real-world.ts';
import { typeSomewhere } from './typing.ts';

type Move = { weight: number; make: (world: RealWorld, client: RealClient) => unknown };

function edit(world: RealWorld, client: RealClient): void {
  const text = pick(world.next, client.texts());
  if (!text) return;
  const done = client.doc.transact(() => typeSomewhere(world.next, text), client);
  world.count(client.provider.wsconnected ? done : 'offline edit');
}

function undo(world: RealWorld, client: RealClient, what: 'undo' | 'redo'): void {
  if (client.undo[what]()) world.count(what);
}

function goOffline(world: RealWorld, client: RealClient): void {
  if (!client.provider.shouldConnect) return;
  client.provider.disconnect();
  world.count('disconnect');
}

function comeBack(world: RealWorld, client: RealClient): void {
  if (client.provider.shouldConnect) return;
  client.provider.connect();
  world.count('reconnect');
}

async function crash(world: RealWorld, client: RealClient): Promise<void> {
  world.clients.splice(world.clients.indexOf(client), 1);
  client.crash();
  await world.addClient();
  world.count('client crash');
}

/** A path that somebody shows at present. */
async function somePath(world: RealWorld): Promise<string> {
  const paths = await world.storedPaths();
  return pick(world.next, paths)?.[1] ?? 'src/main.ts';
}

async function askFor(world: RealWorld, what: 'rename' | 'create' | 'delete'): Promise<void> {
  const { sessionId } = world;
  const path = await somePath(world);
  const other = `${what}d/${world.below(1_000_000)}.txt`;
  const commands = {
    rename: (ctx: Context) => renamePath(ctx, { sessionId, from: path, to: other }),
    create: (ctx: Context) => createFile(ctx, { sessionId, path: other, text: 'a new file 😀\nwith lines\n' }),
    delete: (ctx: Context) => deletePath(ctx, { sessionId, path }),
  };
  world.ask(what, commands[what]);
}

/** A worktree of the session's state in which a program changed a file comes back. */
async function rework(world: RealWorld, ctx: Context): Promise<void> {
  const { sessionId, ground } = world;
  const request = async <Command extends RoomCommand>(command: Command) =>
    requireDone(await requestRoomCommand<Command>(ctx, { sessionId, teamId: ground.teamId, command }));
  const { commit: base } = await request({ kind: 'materialize' as const });
  const entry = pick(world.next, await readTree(ground.repo, base));
  if (!entry || entry.mode !== '100644') return;
  const lines = new TextDecoder().decode(await readBlob(ground.repo, entry.oid, 1_000_000)).split('\n');
  lines.splice(world.below(lines.length), world.below(3), `changed by a program ${world.below(1_000)} 😃`);
  const oid = await writeBlob(ground.repo, new TextEncoder().encode(lines.join('\n')));
  const tree = await writeTreeChanges(ground.repo, base, [{ path: entry.path, mode: '100644', oid }]);
  const { name, email } = requirePerson(ctx);
  const author = { name, email, at: new Date() };
  const result = await commitTree(ground.repo, { tree, parents: [base], message: 'worktree', author });
  const onConflict = world.next() < 0.5 ? ('mark' as const) : ('list' as const);
  await request({ kind: 'apply_tree' as const, base, result, cause: 'command' as const, onConflict });
}

/** The process that owns the room, or any. */
async function victim(world: RealWorld): Promise<WebProcess | undefined> {
  const { cluster } = world.ground;
  const running = cluster.processes.filter((one) => !one.isPaused);
  const owner = await world.ownerProcess();
  return owner && !owner.isPaused && cluster.processes.includes(owner) ? owner : pick(world.next, running);
}

async function kill(world: RealWorld): Promise<void> {
  const process = await victim(world);
  if (!process) return;
  await world.ground.cluster.kill(process);
  world.count('kill -9');
  await world.storedDocument();
  // Else the others find it out themselves.
  if (world.next() < 0.7) await world.ground.cluster.expire(process);
}

/** The owner stops without a sign, loses the room and wakes up later. */
async function pause(world: RealWorld): Promise<void> {
  const { cluster } = world.ground;
  const process = await victim(world);
  const others = cluster.processes.filter((one) => !one.isPaused && one !== process);
  if (!process || others.length === 0) return;
  cluster.pause(process);
  world.count('paused owner');
  await cluster.expire(process);
  const sleepMs = 200 + world.below(1_500);
  world.await(delay(sleepMs).then(() => cluster.resume(process)));
}

export const realMoves: Record<string, Move> = {
  edit: { weight: 45, make: edit },
  undo: { weight: 5, make: (world, client) => undo(world, client, 'undo') },
  redo: { weight: 2, make: (world, client) => undo(world, client, 'redo') },
  goOffline: { weight: 2, make: goOffline },
  comeBack: { weight: 10, make: comeBack },
  crash: { weight: 0.7, make: crash },
  cut: {
    weight: 0.3,
    make: (world) => {
      world.ground.cluster.cut();
      world.count('cut connections');
    },
  },
  rename: { weight: 1.5, make: (world) => askFor(world, 'rename') },
  create: { weight: 1, make: (world) => askFor(world, 'create') },
  delete: { weight: 0.8, make: (world) => askFor(world, 'delete') },
  rework: { weight: 1, make: (world) => world.ask('worktree', (ctx) => rework(world, ctx)) },
  wait: { weight: 4, make: (world) => world.pass(60) },
  kill: { weight: 1.2, make: kill },
  pause: { weight: 1.5, make: pause },
  cutDatabase: {
    weight: 0.3,
    make: async (world) => {
      await world.ground.cluster.cutDatabase();
      world.count('cut database connections');
    },
  },
};
