import { mkdirSync } from 'node:fs';
import path from 'node:path';
import type { Database } from '../../db/client.ts';
import { seedPerson, seedTeam } from '../../db/testing-seeds.ts';
import { env } from '../../server/platform/env.ts';
import { initBareRepo, repoPath } from '../../server/workspace/git.ts';
import { Cluster } from './cluster.ts';
import { addEvents, noOutcome, type Outcome } from './outcome.ts';
import { playReal } from './play-real.ts';
import { random } from './random.ts';
import type { RealGround } from './real-world.ts';

const webProcesses = 3;
/** So many schedules share the cluster: what one does to it, the others suffer. */
const atOnce = 4;

export type RealTask = { db: Database; databaseUrl: string; from: number; count: number };

/** Plays schedules with web processes of their own on this database. */
export async function playRealSchedules({ db, databaseUrl, from, count }: RealTask): Promise<Outcome> {
  // Each provider listens for the end of the process.
  process.setMaxListeners(0);
  const cluster = new Cluster({ db, databaseUrl, next: random(from) });
  const outcome = noOutcome();
  try {
    await cluster.start(webProcesses);
    const ground = await layGround(db, cluster);
    let seed = from;
    const work = async () => {
      while (seed < from + count) await playOne(outcome, seed++, ground);
    };
    await Promise.all(Array.from({ length: atOnce }, work));
  } finally {
    await cluster.close();
  }
  outcome.failures.sort((a, b) => a.seed - b.seed);
  return outcome;
}

async function playOne(outcome: Outcome, seed: number, ground: RealGround): Promise<void> {
  try {
    addEvents(outcome.events, await playReal(seed, ground));
  } catch (error) {
    outcome.failures.push({ seed, message: error instanceof Error ? error.message : String(error) });
  }
  outcome.schedules += 1;
}

async function layGround(db: Database, cluster: Cluster): Promise<RealGround> {
  mkdirSync(path.join(env().dataDir, 'repos'), { recursive: true });
  const team = await seedTeam({ db });
  const repo = repoPath(team.projectId);
  await initBareRepo(repo);
  const names = ['Ada', 'Bob', 'Cyn', 'Dan', 'Eve'];
  const people = [];
  for (const name of names) people.push(await seedPerson({ db }, { teamId: team.teamId, role: 'developer', name }));
  return { db, cluster, repo, people, ...team };
}
