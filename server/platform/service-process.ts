import { EnvError } from './env.ts';
import { log } from './log.ts';

/** How long a process may take to stop; one that hangs is ended then. */
const stopWithinMs = 9_000;

/**
 * Runs a process until it is asked to stop (SIGTERM, SIGINT): exit code 0 then, 1 for a fault, 2 when the environment is not as it must be.
 * What hangs must not keep the process: what it leaves is taken up, or ended, by others.
 * @param what the process, as a sentence begins with it @param start resolves to what stops it in order
 */
export function runService(what: string, start: () => Promise<() => Promise<void>>): void {
  start().then(
    (stop) => {
      stopOn('SIGTERM', { what, stop });
      stopOn('SIGINT', { what, stop });
    },
    (error: unknown) => endFailedStart(what, error),
  );
}

/** Says why a process did not start, in words for whoever started it, and ends it. */
export function endFailedStart(what: string, error: unknown): never {
  const known = error instanceof EnvError;
  process.stderr.write(`${what} could not start: ${error instanceof Error ? error.message : String(error)}\n`);
  if (!known && error instanceof Error) process.stderr.write(`${error.stack ?? ''}\n`);
  process.exit(known ? 2 : 1);
}

let stopping = false;

function stopOn(signal: NodeJS.Signals, { what, stop }: { what: string; stop: () => Promise<void> }): void {
  process.on(signal, () => {
    if (stopping) return;
    stopping = true;
    log().info({ signal }, 'stopping');
    setTimeout(() => process.exit(0), stopWithinMs).unref();
    stop().then(
      () => process.exit(0),
      (error: unknown) => {
        log().error({ err: error }, `${what} could not stop in order`);
        process.exit(1);
      },
    );
  });
}
