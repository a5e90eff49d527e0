import path from 'node:path';
import type { RunMode } from '../core/session-event.ts';
import { nodeMount, spawnInSandbox } from '../workspace/sandbox.ts';
import type { Mount, SandboxLimits, SandboxOptions } from '../workspace/sandbox-arguments.ts';
import { boxFor, type Worktree } from '../workspace/worktree.ts';
import type { AgentHandlers, HostTerminal, TerminalRequest } from './acp-types.ts';
import { agentWorkRoot } from '../core/agent-work-root.ts';
import { createOutputTail } from './output-tail.ts';
import { stopWords } from './stop-words.ts';

export type RunTerminalOptions = {
  worktree: Worktree;
  mode: RunMode;
  /** What the agent's profile mounts besides. */
  mounts: readonly Mount[];
  /** Ends every command. */
  signal: AbortSignal;
  timeoutMs: number;
  /** What each command's box may use. */
  limits?: Partial<SandboxLimits>;
};

/**
 * The commands an agent asks for, each in a box of its own on the run's worktree, apart from the agent's. In the mode
 * `plan` the worktree is read-only there.
 */
export function runTerminals(
  options: RunTerminalOptions,
): Pick<AgentHandlers, 'createTerminal'> & { /** Resolves when no command is left. */ ended(): Promise<void> } {
  const started = new Set<Promise<unknown>>();
  return {
    createTerminal: (request) => {
      const terminal = startTerminal(options, request);
      const exited = terminal.exited.catch(() => undefined).finally(() => started.delete(exited));
      started.add(exited);
      return Promise.resolve(terminal);
    },
    ended: async () => {
      await Promise.all(started);
    },
  };
}

function startTerminal(options: RunTerminalOptions, request: TerminalRequest): HostTerminal {
  const box = spawnInSandbox(boxOf(options, request), argvOf(request));
  const tail = createOutputTail(request.outputByteLimit);
  box.stdin.end();
  const printed = [box.stdout, box.stderr].map(
    (stream) =>
      new Promise<void>((resolve) => {
        stream.on('data', (chunk: Buffer) => tail.add(chunk));
        stream.once('close', resolve);
      }),
  );
  const exited = box.exited.then(async ({ code, signal, reason }) => {
    await Promise.all(printed);
    if (reason !== undefined && reason !== 'cancelled')
      tail.add(Buffer.from(`\n(The command was stopped: ${stopWords(reason, options.limits)}.)\n`));
    return { exitCode: code, signal };
  });
  return {
    output: () => ({ text: tail.text(), truncated: tail.truncated() }),
    exited,
    kill: () => box.kill(),
  };
}

function boxOf(options: RunTerminalOptions, request: TerminalRequest): SandboxOptions {
  const box = boxFor(options.worktree);
  return {
    ...box,
    work: { path: options.worktree.workDir, writable: options.mode !== 'plan' },
    readOnly: [...(box.readOnly ?? []), nodeMount(), ...options.mounts],
    env: request.env,
    cwd: path.posix.join(agentWorkRoot, request.cwd),
    timeoutMs: options.timeoutMs,
    signal: options.signal,
    ...(options.limits && { limits: options.limits }),
  };
}

/** Agents give a program with its arguments, or a whole line for the shell. */
function argvOf({ command, args }: TerminalRequest): string[] {
  return args.length > 0 ? [command, ...args] : ['/bin/sh', '-c', command];
}
