import type { Redirect, Word } from '../interpreted.ts';
import { resolvePath } from '../resolve-path.ts';
import { isExact, literal, unknown } from '../word.ts';
import { expandText, expandWord } from './expand.ts';
import { recordFile } from './files.ts';
import { assign, nothingPrinted, type Content, type Done, type Shell } from './state.ts';
import type { RawRedirect } from './statement.ts';

/** Redirections: what a command reads instead of its standard input, and the files that it writes. */

export type Applied = { redirects: Redirect[]; stdin: Content | undefined };

/** Reads the redirections of one command, left to right. */
export function applyRedirects(raws: readonly RawRedirect[], shell: Shell): Applied {
  const applied: Applied = { redirects: [], stdin: undefined };
  for (const raw of raws) {
    if (raw.kind === 'document') applied.stdin = { text: documentText(raw, shell), from: [] };
    else if (raw.kind === 'string') {
      const text = expandText(raw.word, shell);
      applied.stdin = { text: { ...text, text: `${text.text}\n` }, from: [] };
    } else applyFile(raw, shell, applied);
  }
  return applied;
}

function documentText({ quoted, strip, body }: RawRedirect & { kind: 'document' }, shell: Shell): Word {
  if (body === undefined) return literal('');
  const word = quoted ? literal(body.source.slice(body.start, body.end)) : expandText(body, shell, 'document');
  return strip ? { ...word, text: word.text.replaceAll(/^\t+/gm, '') } : word;
}

function applyFile(raw: RawRedirect & { kind: 'file' }, shell: Shell, applied: Applied): void {
  const { operator, descriptor, target } = raw;
  if (target === undefined) return;
  const words = expandWord(target, shell);
  const [word = unknown('…')] = words;
  const reads = operator === '<' || operator === '<&';
  const fd = descriptor === undefined ? Number(!reads) : Number(descriptor);
  if (operator.endsWith('&') && /^\d+-?$|^-$/.test(word.text)) {
    const opened = shell.descriptors.get(`/dev/fd/${word.text}`);
    if (opened !== undefined) reopen(opened, { reads, fd }, applied);
    return;
  }
  for (const each of words) applied.redirects.push({ kind: reads ? '<' : kindOf(operator), fd, target: each });
  if (reads && fd === 0) applied.stdin = contentOf(word, shell);
}

/** `<&3`, `>&3`: what `exec` opened before. */
function reopen(opened: Content, { reads, fd }: { reads: boolean; fd: number }, applied: Applied): void {
  if (reads) applied.stdin = opened;
  else if (opened.file !== undefined) applied.redirects.push({ kind: '>>', fd, target: opened.file });
}

const kindOf = (operator: string): '>' | '>>' => (operator.includes('>>') ? '>>' : '>');

/** What stands in a file, as far as this program wrote it. */
export function contentOf(path: Word, shell: Shell): Content {
  if (!isExact(path)) return { text: undefined, from: [], file: path };
  const opened =
    path.text === '/dev/stdin' || path.text === '/dev/fd/0' || path.text === '/proc/self/fd/0'
      ? shell.stdin
      : shell.descriptors.get(path.text.replace('/proc/self/fd/', '/dev/fd/'));
  if (opened !== undefined) return opened;
  const file = shell.walk.files.get(resolvePath(path.text, shell.cwd));
  return { text: file?.text, from: [], file: path };
}

/** Where standard output goes; undefined when it goes on to whoever reads. */
function sinkOf(redirects: readonly Redirect[]): Redirect | undefined {
  return redirects.findLast(({ kind, fd }) => kind !== '<' && fd === 1);
}

/** Puts what was printed into the file it is redirected to. */
export function pour(done: Done, redirects: readonly Redirect[], shell: Shell): Done {
  const sink = sinkOf(redirects);
  if (sink === undefined) return done;
  recordFile(shell, sink.target, { content: done.output, append: sink.kind === '>>' });
  return { status: done.status, output: nothingPrinted };
}

/** A compound command with redirections of its own. */
export function redirected(raws: readonly RawRedirect[], shell: Shell, body: (shell: Shell) => Done): Done {
  if (raws.length === 0) return body(shell);
  const { redirects, stdin } = applyRedirects(raws, shell);
  if (redirects.length > 0) {
    const { walk, via, cwd, conditional, background } = shell;
    walk.commands.push({
      name: '{', program: literal('{'), args: [], env: new Map(), redirects, stdin: { kind: 'inherited' }, via, cwd, conditional, background, source: '',
    }); // prettier-ignore
  }
  const before = shell.stdin;
  shell.stdin = stdin ?? before;
  const done = body(shell);
  shell.stdin = before;
  return pour(done, redirects, shell);
}

/** What `exec` opens stays open: `exec 3< file`, `exec {name}<<< text`. */
export function keepOpen(raws: readonly RawRedirect[], shell: Shell, name: string | undefined): void {
  for (const raw of raws) {
    const { redirects, stdin } = applyRedirects([raw], shell);
    const target = redirects[0]?.target;
    const number = name === undefined ? (redirects[0]?.fd ?? 0) : 10 + shell.descriptors.size;
    if (name !== undefined) assign(shell, name, { kind: 'text', word: literal(String(number)) });
    const content: Content = stdin ?? { text: undefined, from: [], ...(target === undefined ? {} : { file: target }) };
    shell.descriptors.set(`/dev/fd/${number}`, content);
    if (number === 0) shell.stdin = content;
  }
}
