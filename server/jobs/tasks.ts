import { log } from '../platform/log.ts';

/** Something that is done again and again while the process lives. */
export type RepeatingTask = { name: string; everyMs: number; run: () => Promise<void> };

/**
 * Does each task now and then every `everyMs` after its last end. A failure is logged and the task tried again at its next
 * turn: it looks after rows, so nothing is lost by a turn.
 * @returns stops the tasks and waits for those under way
 */
export function startRepeating(tasks: readonly RepeatingTask[]): { stop(): Promise<void> } {
  const stopping = new AbortController();
  const loops = tasks.map((task) => repeat(task, stopping.signal));
  return {
    async stop() {
      stopping.abort();
      await Promise.all(loops);
    },
  };
}

async function repeat(task: RepeatingTask, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    await task.run().catch((error: unknown) => log().error({ err: error, task: task.name }, 'repeating task failed'));
    await pause(task.everyMs, signal);
  }
}

function pause(ms: number, signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve();
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, ms);
    signal.addEventListener('abort', () => {
      clearTimeout(timer);
      resolve();
    });
  });
}
