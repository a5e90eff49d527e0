/**
 * Collects all garbage and gives its pages back to the system, where Node runs with `--expose-gc`. To start, a process needs twice what
 * it keeps: the sources of its modules, and what reading them left behind.
 */
export function giveBackMemory(): void {
  void globalThis.gc?.({ type: 'major', flavor: 'last-resort', execution: 'sync' });
}
