import { availableParallelism } from 'node:os';
import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import { addOutcome, noOutcome, type Outcome } from './outcome.ts';
import type { VirtualTask } from './virtual-worker.ts';

/** Few enough that no thread waits long for the last one. */
const seedsEach = 25;

/** Plays the schedules of `count` seeds on every core. */
export async function playVirtualSchedules({ from, count }: VirtualTask): Promise<Outcome> {
  const tasks: VirtualTask[] = [];
  for (let seed = from; seed < from + count; seed += seedsEach) {
    tasks.push({ from: seed, count: Math.min(seedsEach, from + count - seed) });
  }
  const sum = noOutcome();
  const work = async () => {
    const worker = new Worker(new URL('./virtual-worker.ts', import.meta.url), {
      // What rooms log of lost fences and broken stores is meant to happen here.
      env: { ...process.env, LOG_LEVEL: 'silent' },
    });
    try {
      for (let task = tasks.shift(); task; task = tasks.shift()) {
        const answer = once(worker, 'message');
        worker.postMessage(task);
        const [outcome]: Outcome[] = await answer;
        if (outcome) addOutcome(sum, outcome);
      }
    } finally {
      await worker.terminate();
    }
  };
  await Promise.all(Array.from({ length: availableParallelism() }, work));
  sum.failures.sort((a, b) => a.seed - b.seed);
  return sum;
}
