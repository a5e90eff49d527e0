import type { Skip, FileEdit } from './operation.ts';
import type { Command } from './parse-request.ts';
import { isSource, listProjectFiles, readSource, scopeTest, type ProjectFile } from '../project-files.ts';
import { chooseTool, type Tool, type ToolFolders } from './project-tools.ts';
import type { Turn } from './turn.ts';
import { changedLines } from './changed-lines.ts';
import { code, summaryText } from './wording.ts';

type ToolCommand = Extract<Command, { kind: 'lint' | 'format' }>;

const mostPaths = 1000;

/** Fixes lint or formats with a tool, in a terminal of the host, and says which files it changed. */
export async function runToolCommand(
  turn: Turn,
  command: ToolCommand,
  folders: Omit<ToolFolders, 'root'>,
): Promise<void> {
  const files = await listProjectFiles(turn.root);
  const inScope = scopeTest(command.scope);
  const wanted = files.filter((file) => inScope(file.path));
  const missing = command.scope.find((name) => !files.some((file) => scopeTest([name])(file.path)));
  if (missing !== undefined) {
    return turn.say(
      `There is no file or folder ${code(missing)} in the project, or git ignores it. Nothing was changed.`,
    );
  }
  const paths = pathArguments(command.scope, wanted);
  if (paths.length > mostPaths)
    return turn.say(`That names more than ${mostPaths} files. Name a folder instead. Nothing was changed.`);
  const rootFiles = files.filter((file) => !file.path.includes('/')).map((file) => file.path);
  const tool = await chooseTool(command.kind, { ...folders, root: turn.root }, rootFiles);
  await turn.say(toolText(tool, command.kind));
  const before = await snapshot(turn.root, wanted);
  const exit = await runInTerminal(turn, tool, paths);
  const { changed, skipped } = await compare(turn.root, wanted, before);
  const summary = summaryText({ command, changed, skipped, searched: wanted.length, planned: false });
  await turn.say(
    `${turn.mode === 'plan' ? 'I only let it report, and changed nothing.' : summary}\n\n${exitText(tool, exit)}`.trim(),
  );
}

function toolText(tool: Tool, kind: ToolCommand['kind']): string {
  if (!tool.isOwn) return `I use the project's own ${tool.name}.`;
  const wanted =
    kind === 'lint' ? 'linter that I know (ESLint, oxlint, Biome)' : 'formatter that I know (Prettier, oxfmt, Biome)';
  return `No ${wanted} is installed in this project, so I use Ensemble's own ${tool.name}.`;
}

/** With "./" before each, so that none can be taken for an option. */
function pathArguments(scope: readonly string[], files: readonly ProjectFile[]): string[] {
  if (scope.length === 0) return ['.'];
  const named = scope.filter((name) => !name.includes('*'));
  const patterns = scope.filter((name) => name.includes('*'));
  const matched =
    patterns.length === 0 ? [] : files.filter((file) => scopeTest(patterns)(file.path)).map((file) => file.path);
  return [...named, ...matched].map((name) => `./${name}`);
}

type Exit = { exitCode: number | null; signal: string | null };

async function runInTerminal(turn: Turn, tool: Tool, paths: readonly string[]): Promise<Exit> {
  const args = [...(turn.mode === 'plan' ? tool.check : tool.fix), ...paths];
  const shown = [tool.name, ...args.filter((arg) => !arg.startsWith('/'))].join(' ');
  const call = await turn.tool({ title: shown, kind: 'execute', input: { command: tool.command, args } });
  const terminal = await turn.createTerminal(tool.command, args);
  const kill = () => void terminal.kill().catch(() => undefined);
  turn.signal.addEventListener('abort', kill, { once: true });
  try {
    await call.start([{ type: 'terminal', terminalId: terminal.id }]);
    const status = await terminal.waitForExit();
    turn.signal.throwIfAborted();
    const exit = { exitCode: status.exitCode ?? null, signal: status.signal ?? null };
    await call.end(isFine(tool, exit) ? 'completed' : 'failed');
    return exit;
  } finally {
    turn.signal.removeEventListener('abort', kill);
    await terminal.release().catch(() => undefined);
  }
}

function isFine(tool: Tool, { exitCode }: Exit): boolean {
  return exitCode === 0 || (exitCode !== null && tool.leftover.includes(exitCode));
}

function exitText(tool: Tool, exit: Exit): string {
  if (exit.exitCode === 0) return '';
  if (isFine(tool, exit))
    return `${tool.name} has findings that it cannot fix by itself; they are in its output above.`;
  const how = exit.signal === null ? `exit code ${exit.exitCode}` : `signal ${exit.signal}`;
  return `${tool.name} failed (${how}); its output above says why.`;
}

async function snapshot(root: string, files: readonly ProjectFile[]): Promise<Map<string, string>> {
  const texts = new Map<string, string>();
  for (const file of files) {
    const read = await readSource(root, file);
    if (isSource(read)) texts.set(file.path, read.text);
  }
  return texts;
}

async function compare(root: string, files: readonly ProjectFile[], before: ReadonlyMap<string, string>) {
  const changed: FileEdit[] = [];
  const skipped: Skip[] = [];
  const after = await snapshot(root, files);
  for (const [path, text] of before) {
    const now = after.get(path);
    if (now === undefined) skipped.push({ path, reason: 'gone, or no longer text, after the tool ran' });
    else if (now !== text) changed.push({ path, before: text, after: now, ...changedLines(text, now) });
  }
  return { changed, skipped };
}
