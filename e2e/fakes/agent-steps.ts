import type { Asked } from './model-server-asked.ts';
import type { Answer, Say } from './model-server-script.ts';

/** What a scripted model has an agent do, whichever agent it is: each has its own tools for the same things. */
export type AgentStep =
  | { read: string }
  | { edit: string; from: string; to: string }
  | { write: string; text: string }
  | { run: string }
  /** A call of a tool by its own name, offered or not. */
  | { tool: string; arguments: Record<string, unknown> };

const workFolder = '/work';

/**
 * Leads an agent through steps, one tool call after the other, and then says something. Calls without tools (agents ask for
 * titles beside the conversation) get a short text.
 */
export function agentTask(steps: readonly AgentStep[], end = 'All done.'): (asked: Asked) => Answer {
  return (asked) => {
    if (asked.tools.length === 0) return { says: [{ text: 'A title' }] };
    const step = steps[asked.toolCalls];
    return step === undefined ? { says: [{ text: end }] } : { says: [sayOf(step, asked)] };
  };
}

/** A step and words that are in the conversation once it was taken. */
export type MarkedStep = { step: AgentStep; mark: string };

/**
 * The same by what the conversation holds: the first step of which nothing is in it yet. What people say into the turn may
 * change which steps there are, and does not begin anew.
 */
export function agentErrand(stepsFor: (told: string) => readonly MarkedStep[], end: string): (asked: Asked) => Answer {
  return (asked) => {
    if (asked.tools.length === 0) return { says: [{ text: 'A title' }] };
    const told = JSON.stringify(asked.body);
    const next = stepsFor(told).find(({ mark }) => !told.includes(mark));
    return { says: [next === undefined ? { text: end } : sayOf(next.step, asked)] };
  };
}

function sayOf(step: AgentStep, asked: Asked): Say {
  if ('tool' in step) return step;
  if ('run' in step) return shell(asked, step.run);
  if ('read' in step) return readOf(asked, step.read);
  return 'write' in step ? writeOf(asked, step) : editOf(asked, step);
}

const inWork = (file: string) => `${workFolder}/${file}`;

/** The first of these tools that the agent offers. @throws when it offers none */
function offered(asked: Asked, names: readonly string[]): string {
  const found = names.find((name) => asked.tools.includes(name));
  if (found === undefined) throw new Error(`none of ${names.join(', ')} is offered: ${asked.tools.join(', ')}`);
  return found;
}

/** The built-in agent, whose tools have names that others have too. */
const isAssistant = ({ tools }: Asked) => tools.includes('plan') && tools.includes('run');

const shellTools = ['Bash', 'bash', 'run_shell_command', 'exec_command', 'shell_command', 'shell', 'run'];

function shell(asked: Asked, command: string): Say {
  const tool = offered(asked, shellTools);
  const words: Record<string, Record<string, unknown>> = {
    exec_command: { cmd: command, workdir: workFolder, yield_time_ms: 5000 },
    shell_command: { command, workdir: workFolder },
    shell: { command: ['bash', '-lc', command], workdir: workFolder },
    run_shell_command: { command, description: 'Run a command', is_background: false },
  };
  if (isAssistant(asked)) return { tool, arguments: { command } };
  return { tool, arguments: words[tool] ?? { command, description: 'Run a command' } };
}

function readOf(asked: Asked, file: string): Say {
  const tool = offered(asked, ['Read', 'read_file', 'read', ...shellTools]);
  if (shellTools.includes(tool)) return shell(asked, `cat ${file}`);
  if (isAssistant(asked)) return { tool, arguments: { path: file } };
  return { tool, arguments: tool === 'read' ? { filePath: inWork(file) } : { file_path: inWork(file) } };
}

function writeOf(asked: Asked, { write: file, text }: Extract<AgentStep, { write: string }>): Say {
  const tool = offered(asked, ['Write', 'write_file', 'write', 'apply_patch', ...shellTools]);
  const lines = text
    .trimEnd()
    .split('\n')
    .map((line) => `+${line}\n`)
    .join('');
  const patch = `*** Begin Patch\n*** Add File: ${file}\n${lines}*** End Patch`;
  if (tool === 'apply_patch') return { textTool: tool, input: patch };
  if (shellTools.includes(tool)) return shell(asked, `apply_patch <<'EOF'\n${patch}\nEOF`);
  if (isAssistant(asked)) return { tool, arguments: { path: file, content: text } };
  return { tool, arguments: { [tool === 'write' ? 'filePath' : 'file_path']: inWork(file), content: text } };
}

function editOf(asked: Asked, { edit: file, from, to }: Extract<AgentStep, { edit: string }>): Say {
  const tool = offered(asked, ['Edit', 'edit', 'replace', 'apply_patch', ...shellTools]);
  const patch = `*** Begin Patch\n*** Update File: ${file}\n@@\n-${from}\n+${to}\n*** End Patch`;
  if (tool === 'apply_patch') return { textTool: tool, input: patch };
  if (shellTools.includes(tool)) return shell(asked, `apply_patch <<'EOF'\n${patch}\nEOF`);
  if (isAssistant(asked)) return { tool, arguments: { path: file, edits: [{ old: from, new: to }] } };
  const words = { file_path: inWork(file), old_string: from, new_string: to };
  if (tool === 'replace') return { tool, arguments: { ...words, instruction: `Replace ${from}` } };
  // OpenCode and Qwen Code both call it `edit`, each with names of its own for what it takes.
  return {
    tool,
    arguments: tool === 'edit' ? { ...words, filePath: inWork(file), oldString: from, newString: to } : words,
  };
}
