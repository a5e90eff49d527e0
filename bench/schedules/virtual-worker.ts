import { parentPort } from 'node:worker_threads';
import { addEvents, noOutcome, type Outcome } from './outcome.ts';
import { playVirtual } from './play-virtual.ts';

/** Seeds to play, one after another. */
export type VirtualTask = { from: number; count: number };

async function playAll({ from, count }: VirtualTask): Promise<Outcome> {
  const outcome = noOutcome();
  for (let seed = from; seed < from + count; seed++) {
    try {
      addEvents(outcome.events, await playVirtual(seed));
    } catch (error) {
      outcome.failures.push({ seed, message: error instanceof Error ? error.message : String(error) });
    }
    outcome.schedules += 1;
  }
  return outcome;
}

parentPort?.on('message', (task: VirtualTask) => {
  void playAll(task).then((outcome) => parentPort?.postMessage(outcome));
});
