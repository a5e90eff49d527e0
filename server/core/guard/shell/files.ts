import type { FileOrigin, SimpleCommand, Word } from '../interpreted.ts';
import { resolvePath } from '../resolve-path.ts';
import { isExact, joinWords } from '../word.ts';
import type { Content, Shell } from './state.ts';

/** What the program itself writes into files, and where those bytes come from. */

const downloaders = new Set([
  'curl', 'wget', 'http', 'https', 'httpie', 'xh', 'aria2c', 'axel', 'fetch', 'lynx', 'w3m', 'nc', 'ncat', 'netcat', 'socat',
  'scp', 'sftp', 'ftp', 'tftp', 'rclone', 'lftp', 'curlie', 'telnet', 'openssl s_client', 'gh api',
]); // prettier-ignore

export function isDownloader({ name, args }: SimpleCommand): boolean {
  return downloaders.has(name) || downloaders.has(`${name} ${args[0]?.text ?? ''}`);
}

/** Whether something on the way of a content came over the network. */
export function isForeign(content: Content | undefined, shell: Shell): boolean {
  if (content === undefined) return false;
  const { commands } = shell.walk;
  if (content.from.some((at) => commands[at] !== undefined && isDownloader(commands[at]))) return true;
  const path = content.file;
  if (path === undefined || !isExact(path)) return false;
  return (
    path.text.startsWith('/dev/tcp/') || path.text.startsWith('/dev/udp/') || originOf(shell, path)?.network === true
  );
}

export function originOf(shell: Shell, path: Word): FileOrigin | undefined {
  return shell.walk.files.get(resolvePath(path.text, shell.cwd));
}

/** Paths that a content was read from: files named to the commands it came through. */
function sourcesOf(content: Content, shell: Shell): string[] {
  const { commands } = shell.walk;
  const paths = content.from.flatMap((at) => {
    const command = commands[at];
    if (command === undefined) return [];
    const named = command.args.filter(({ text }) => !text.startsWith('-'));
    const read = command.redirects.filter(({ kind }) => kind === '<').map(({ target }) => target);
    return [...named, ...read].map(({ text }) => resolvePath(text, command.cwd));
  });
  return content.file === undefined ? paths : [...paths, resolvePath(content.file.text, shell.cwd)];
}

export function recordFile(
  shell: Shell,
  target: Word,
  { content, append }: { content: Content; append: boolean },
): void {
  const path = resolvePath(target.text, shell.cwd);
  const sources = sourcesOf(content, shell);
  const before = shell.walk.files.get(path);
  const text = append ? appended(before, content) : content.text;
  shell.walk.files.set(path, {
    paths: through(shell, [...(before?.paths ?? []), ...sources]),
    network:
      before?.network === true ||
      isForeign(content, shell) ||
      sources.some((source) => shell.walk.files.get(source)?.network === true),
    text: before !== undefined && shell.conditional ? undefined : text,
  });
}

function appended(before: FileOrigin | undefined, content: Content): Word | undefined {
  if (before === undefined) return content.text;
  return before.text && content.text && joinWords([before.text, content.text]);
}

/** The paths and what those were made of. */
function through(shell: Shell, paths: readonly string[]): string[] {
  const { files } = shell.walk;
  return [...new Set(paths.flatMap((path) => [path, ...(files.get(path)?.paths ?? [])]))].slice(0, 64);
}

/** `to` is made of the files `from`, which may stand in the network. */
export function derive(
  shell: Shell,
  { to, from, network = false }: { to: Word; from: readonly Word[]; network?: boolean },
): void {
  const path = resolvePath(to.text, shell.cwd);
  const sources = from.map(({ text }) => resolvePath(text, shell.cwd));
  const { files } = shell.walk;
  const [only] = sources;
  const before = files.get(path);
  files.set(path, {
    paths: through(shell, [...(before?.paths ?? []), ...sources]),
    network: network || before?.network === true || sources.some((source) => files.get(source)?.network === true),
    text: sources.length === 1 && only !== undefined ? files.get(only)?.text : undefined,
  });
}
