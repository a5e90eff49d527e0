import type { TerminalSnapshot } from './tool-call-events.ts';
import type { HostTerminal } from './acp-types.ts';

type Entry = { terminal: HostTerminal; exit: { exitCode: number | null; signal: string | null } | undefined };

/** The commands of one agent, by the ids it knows them by. A released command's output stays readable for the log. */
export type TerminalTable = {
  add(terminal: HostTerminal): string;
  find(id: string): Entry | undefined;
  running(): number;
  snapshot(id: string): TerminalSnapshot | undefined;
  release(id: string): void;
  killAll(): void;
};

export function createTerminalTable(): TerminalTable {
  const entries = new Map<string, Entry>();
  const released = new Map<string, TerminalSnapshot>();
  let count = 0;

  const snapshotOf = ({ terminal, exit }: Entry): TerminalSnapshot => ({
    ...terminal.output(),
    ...(exit === undefined ? {} : { exitCode: exit.exitCode }),
  });

  return {
    add: (terminal) => {
      const id = `term-${(count += 1)}`;
      const entry: Entry = { terminal, exit: undefined };
      entries.set(id, entry);
      void terminal.exited.then(
        (exit) => (entry.exit = exit),
        () => (entry.exit = { exitCode: null, signal: null }),
      );
      return id;
    },
    find: (id) => entries.get(id),
    running: () => [...entries.values()].filter((entry) => entry.exit === undefined).length,
    snapshot: (id) => {
      const entry = entries.get(id);
      return entry === undefined ? released.get(id) : snapshotOf(entry);
    },
    release: (id) => {
      const entry = entries.get(id);
      if (entry === undefined) return;
      if (entry.exit === undefined) entry.terminal.kill();
      released.set(id, snapshotOf(entry));
      entries.delete(id);
    },
    killAll: () => {
      for (const entry of entries.values()) if (entry.exit === undefined) entry.terminal.kill();
    },
  };
}
