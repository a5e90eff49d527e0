import type * as acp from '@agentclientprotocol/sdk';
import { z } from 'zod';
import { foldMiddle } from '../fold-text.ts';
import { projectPath } from '../project-path.ts';
import { defineTool, type CallOutcome, type ShowContent } from '../tool.ts';
import type { TurnHost } from '../turn-host.ts';

const usualSeconds = 120;
const mostSeconds = 900;
/** What a model is shown of an output; people see all of it. */
const folded = { headChars: 6_000, tailChars: 14_000 };

/** Runs a command in a box of its own, through the host. */
export const runTool = defineTool({
  name: 'run',
  description: `Run a shell command in the project, for example to build, test or use git. It has no input and no network, and ends after ${usualSeconds} seconds unless you ask for more. Do not use it to read, search or edit files where another tool does that.`,
  kind: 'execute',
  effect: 'run',
  schema: z.object({
    command: z.string().min(1),
    cwd: z.string().optional().describe('A folder of the project to run it in'),
    timeout_seconds: z.coerce.number().int().min(1).max(mostSeconds).optional(),
  }),
  prepare: ({ command, cwd = '', timeout_seconds: seconds = usualSeconds }, { host }) => {
    const folder = projectPath(host.root, cwd);
    return {
      title: command,
      input: { command, ...(folder !== '' && { cwd: host.absolute(folder) }) },
      async perform(show) {
        const terminal = await host.createTerminal(command, folder);
        return runToEnd(host, terminal, { seconds, show });
      },
    };
  },
});

type Running = { seconds: number; show: ShowContent };

async function runToEnd(
  host: TurnHost,
  terminal: acp.TerminalHandle,
  { seconds, show }: Running,
): Promise<CallOutcome> {
  let isLate = false;
  const kill = () => void terminal.kill().catch(() => undefined);
  const timer = setTimeout(() => {
    isLate = true;
    kill();
  }, seconds * 1000);
  host.signal.addEventListener('abort', kill, { once: true });
  try {
    if (host.signal.aborted) kill();
    await show([{ type: 'terminal', terminalId: terminal.id }]);
    const exit = await terminal.waitForExit();
    host.signal.throwIfAborted();
    const { output, truncated } = await terminal.currentOutput();
    const end = isLate ? `It was stopped after ${seconds} seconds.` : exitWords(exit);
    const text = foldMiddle(truncated ? `(the beginning was dropped)\n${output}` : output, folded).trimEnd();
    return {
      text: `${text === '' ? '(no output)' : text}\n\n${end}`,
      shown: null,
      isFailed: isLate || exit.exitCode !== 0,
    };
  } finally {
    clearTimeout(timer);
    host.signal.removeEventListener('abort', kill);
    await terminal.release().catch(() => undefined);
  }
}

function exitWords({ exitCode, signal }: acp.WaitForTerminalExitResponse): string {
  return signal ? `It was ended by signal ${signal}.` : `Exit code ${exitCode ?? 'unknown'}.`;
}
