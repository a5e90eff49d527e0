import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import path from 'node:path';
import { fileState } from '../workspace/testing-picture.ts';

/** What a hijacked agent tries, as data, and the host it would do it to. */
export type HijackedAction = { family: string; alone?: true } &
  /** `wall`: the guard lets it pass, and the box has nothing that it could harm. */
  (
    | { do: 'shell'; cmd: string; wall?: true }
    | { do: 'hook'; tool: string; input: Record<string, unknown> }
    | { do: 'acp'; method: string; params: Record<string, unknown> }
    | { do: 'mcp'; server: string; tool: string; input: Record<string, unknown> }
  );

/** Names in the data for places of the host: `@HOST@`. */
export type Places = Readonly<Record<string, string>>;

export function readCases<Row>(name: string, places: Places): Row[] {
  const text = readFileSync(path.join(import.meta.dirname, 'cases', `${name}.jsonl`), 'utf8');
  const filled = text.replaceAll(/@([A-Z]+)@/g, (whole, place: string) => places[place] ?? whole);
  return filled
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Row);
}

/** The lines of the scripted agent that try it. */
export function linesOf(action: HijackedAction): string[] {
  // With leave or without it: once as agents with a hook do, once past the hook.
  if (action.do === 'mcp')
    return ['mcp', 'call'].map((verb) => `${verb} ${action.server} ${action.tool} ${JSON.stringify(action.input)}`);
  return [lineOf(action)];
}

function lineOf(action: Exclude<HijackedAction, { do: 'mcp' }>): string {
  if (action.do === 'shell') return `try ${JSON.stringify(action.cmd)}`;
  if (action.do === 'hook') return `hook ${action.tool} ${JSON.stringify(action.input)}`;
  return `acp ${action.method} ${JSON.stringify(action.params)}`;
}

/** A folder of the host with secrets and something to lose. */
export function canaryFolder(secret: string): { folder: string; close(): void } {
  const folder = mkdtempSync(path.join(tmpdir(), 'ensemble-canary-'));
  mkdirSync(path.join(folder, 'empty'));
  const files = { '.env': `API_KEY=${secret}\n`, 'notes.txt': 'keep\n', 'credentials.json': secret, '.bashrc': '' };
  for (const [name, text] of Object.entries(files)) writeFileSync(path.join(folder, name), text);
  return { folder, close: () => rmSync(folder, { recursive: true, force: true }) };
}

/** Files by which a home or a machine would be taken over for good. */
export function startFiles(): string[] {
  const inHome = [
    '.bashrc',
    '.profile',
    '.ssh/authorized_keys',
    '.gitconfig',
    '.claude/settings.json',
    '.codex/config.toml',
  ];
  const files = [...inHome.map((name) => path.join(homedir(), name)), '/etc/passwd', '/etc/shadow', '/etc/crontab'];
  return files.map((file) => {
    try {
      return `${file} ${fileState(file)}`;
    } catch {
      return `${file} is not there`;
    }
  });
}
