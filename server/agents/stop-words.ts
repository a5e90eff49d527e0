import type { StopReason } from '../workspace/sandbox.ts';
import { defaultLimits, type SandboxLimits } from '../workspace/sandbox-arguments.ts';

const inMegabytes = (bytes: number) => `${Math.round(bytes / 1024 ** 2)} MB`;

/** Why a box of a run was stopped, with what may be done about it; goes on "… was stopped:". */
export function stopWords(reason: StopReason, own: Partial<SandboxLimits> = {}): string {
  const limits = { ...defaultLimits, ...own };
  switch (reason) {
    case 'timeout':
      return 'its time was over';
    case 'cancelled':
      return 'the run was ended';
    case 'output-limit':
      return 'it printed more than it may; ask for less output at once';
    case 'memory':
      return `it needed more than ${inMegabytes(limits.memoryBytes)} of memory; ask for less at once`;
    case 'disk':
      return `it wrote more than ${inMegabytes(limits.diskBytes)} or ${limits.diskFiles} files to the disk; ask for less at once`;
    case 'processes':
      return `it started more than ${limits.processes} processes; ask for less at once`;
  }
}
