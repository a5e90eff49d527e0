import { HOLE, type Word } from '../interpreted.ts';
import { joinWords, literal, sliceWord, unknown } from '../word.ts';
import { emit } from './emit.ts';
import { readOptions } from './options.ts';
import { nameOf } from './simple.ts';
import { fork, type Call, type Done } from './state.ts';

/** `find` and `fd`: what they do to the files they come upon. */

type Action = { words: readonly Word[]; via: string };

/** Tests and actions that take a word. */
const valued = new Set([
  'name', 'iname', 'path', 'ipath', 'wholename', 'iwholename', 'regex', 'iregex', 'type', 'xtype', 'size', 'mtime', 'ctime', 'atime', 'mmin', 'cmin',
  'amin', 'newer', 'anewer', 'cnewer', 'perm', 'user', 'group', 'uid', 'gid', 'inum', 'links', 'lname', 'ilname', 'maxdepth', 'mindepth', 'samefile',
  'fstype', 'used', 'regextype', 'context', 'printf', 'newermt', 'newerct', 'newerat', 'D', 'files0-from',
]); // prettier-ignore

const runs = new Set(['-exec', '-execdir', '-ok', '-okdir']);
const writes = new Set(['-fprint', '-fprint0', '-fls', '-fprintf']);

type Search = { starts: Word[]; names: Word[]; exact: boolean; actions: Action[]; written: Word[] };

function readFind(args: readonly Word[]): Search {
  const search: Search = { starts: [], names: [], exact: true, actions: [], written: [] };
  let at = 0;
  for (; at < args.length && /^-(?:H|L|P|O\d|D)$/.test(args[at]?.text ?? ''); at++);
  for (; at < args.length && !/^(?:-|!|\(|\\\()/.test(args[at]?.text ?? ''); at++)
    search.starts.push(args[at] ?? literal('.'));
  for (; at < args.length; at++) at += readTest(args, at, search);
  if (search.starts.length === 0) search.starts.push(literal('.'));
  return search;
}

/** @returns how many words after this one belong to it */
function readTest(args: readonly Word[], at: number, search: Search): number {
  const text = args[at]?.text ?? '';
  const next = args[at + 1];
  if (/^(?:!|-not|-o|-or|,)$/.test(text)) search.exact = false;
  if (writes.has(text) && next !== undefined) search.written.push(next);
  if (/^-(?:i?name|i?path|i?wholename)$/.test(text) && next !== undefined) search.names.push(next);
  if (runs.has(text)) return readAction(args, at, search);
  return writes.has(text) || valued.has(text.slice(1)) ? 1 : 0;
}

function readAction(args: readonly Word[], at: number, search: Search): number {
  const rest = args.slice(at + 1);
  const end = rest.findIndex(({ text }, index) => text === ';' || (text === '+' && rest[index - 1]?.text === '{}'));
  const words = end < 0 ? rest : rest.slice(0, end);
  search.actions.push({ words, via: `find ${args[at]?.text ?? ''}` });
  return words.length + (end < 0 ? 0 : 1);
}

/** The file come upon, as far as its name is known: below a start, with the name that was asked for. */
function foundFile(start: Word, { names, exact }: Search): Word {
  const [name] = names;
  const below: Word = start.text.endsWith('/') ? start : joinWords([start, literal('/')]);
  if (name === undefined || names.length > 1 || !exact)
    return { text: `${below.text}${HOLE}`, glob: start.glob, holes: [...below.holes, 'find'], splits: true };
  const base = sliceWord(name, name.text.lastIndexOf('/') + 1);
  return { ...joinWords([below, base]), glob: start.glob || /[*?[]/.test(base.text) };
}

function find(call: Call): Done {
  const search = readFind(call.args);
  const at = emit(call, {
    redirects: [...call.redirects, ...search.written.map((target) => ({ kind: '>' as const, fd: 1, target }))],
  });
  for (const start of search.starts.slice(0, 4))
    for (const { words, via } of search.actions)
      act(
        call,
        via,
        words.map((word) => place(word, foundFile(start, search))),
      );
  return { status: undefined, output: { text: listing(search), from: [at] } };
}

/** The names it prints, where it was asked for one: what reads them is judged by it. */
function listing(search: Search): Word | undefined {
  const [name] = search.names;
  if (name === undefined || search.actions.length > 0) return undefined;
  const part = sliceWord(name, name.text.lastIndexOf('/') + 1);
  const base = { ...part, glob: /[*?[]/.test(part.text) };
  const below = { ...unknown('find'), text: `/${HOLE}/` };
  const named = search.starts.map((start) => joinWords([start, below, base, literal('\n')]));
  return joinWords([...named, unknown('find', true)]);
}

function act(call: Call, via: string, words: readonly Word[]): void {
  const shell = fork(call.shell, { via: [...call.shell.via, via] });
  const [program, ...args] = words;
  if (program !== undefined)
    shell.walk.call({ ...call, shell, program, name: nameOf(program), args, redirects: [], byShell: false });
}

function place(word: Word, file: Word): Word {
  const at = word.text.indexOf('{}');
  return at < 0 ? word : joinWords([sliceWord(word, 0, at), file, sliceWord(word, at + 2)]);
}

/** Where fd looks: what follows its pattern, or the folder it runs in. */
function rootsOf(args: readonly Word[]): readonly Word[] {
  const read = readOptions(args, {
    valued: 'etEdcjSo', longValued: ['extension', 'type', 'exclude', 'max-depth', 'min-depth', 'exact-depth', 'color', 'threads', 'size', 'owner', 'changed-within', 'changed-before', 'ignore-file', 'search-path', 'base-directory', 'and', 'format'],
    anywhere: true,
  }); // prettier-ignore
  const named = read.options.flatMap(({ name, value }) =>
    value !== undefined && /^--(?:search-path|base-directory)$/.test(name) ? [value] : [],
  );
  const roots = [...named, ...read.operands.slice(1)];
  return roots.length === 0 ? [literal('.')] : roots;
}

/** `fd pattern -x cmd`, `fd pattern -X cmd`. */
function fd(call: Call): Done | undefined {
  const at = call.args.findIndex(({ text }) => /^(?:-x|-X|--exec|--exec-batch)$/.test(text));
  if (at < 0) return undefined;
  const index = emit(call);
  const words = call.args.slice(at + 1).filter(({ text }) => text !== ';');
  for (const root of rootsOf(call.args.slice(0, at)).slice(0, 4)) {
    const file = joinWords([root, { text: `/${HOLE}`, glob: false, holes: ['fd'], splits: true }]);
    const placed = words.some(({ text }) => text.includes('{'))
      ? words.map((word) => place(word, file))
      : [...words, file];
    act(call, 'fd -x', placed);
  }
  return { status: undefined, output: { text: undefined, from: [index] } };
}

export const findHandlers = { find, gfind: find, fd, fdfind: fd };
