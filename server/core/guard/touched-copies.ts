import type { SimpleCommand, Word } from './interpreted.ts';
import { asksForHelp, readOptions, type Options } from './options.ts';
import { readTar, rsyncTable } from './rules/copying.ts';
import { copyTable, installTable } from './rules/overwriting.ts';
import type { Meant } from './touched-files.ts';

/** What programs that copy, move, unpack, mirror and set rights mean by their words (GU43). */

type Reader = (command: SimpleCommand) => Meant[];

const readers: ReadonlyMap<string, Reader> = new Map<string, Reader>([
  ...['cp', 'gcp', 'ln', 'install'].map((name) => [name, copies] as const),
  ...['mv', 'gmv'].map((name) => [name, moves] as const),
  ...['tar', 'gtar', 'bsdtar'].map((name) => [name, unpacksTar] as const),
  ['unzip', unzips],
  ...['rsync', 'openrsync'].map((name) => [name, mirrors] as const),
  ...['chmod', 'gchmod', 'chown', 'chgrp'].map((name) => [name, setsRights] as const),
]);

/** Undefined for other programs. */
export function meantByCopying(command: SimpleCommand): Meant[] | undefined {
  const reader = readers.get(command.name);
  return reader && (asksForHelp(command.args) ? [] : reader(command));
}

type Copying = { sources: readonly Word[]; target: Word | undefined; options: Options };

function readCopy({ name, args }: SimpleCommand): Copying {
  const options = readOptions(args, name === 'install' ? installTable : copyTable);
  const [into] = options.values('t', 'target-directory');
  if (into) return { sources: options.operands, target: into, options };
  const { operands } = options;
  return { sources: operands.slice(0, -1), target: operands.length > 1 ? operands.at(-1) : undefined, options };
}

/** The target is the file itself, or the folder in which each source gets a place: what is not there is not counted. */
const placesIn = (target: Word, sources: readonly Word[]): Word[] => [
  target,
  ...sources.map((source) => below(target, lastPart(source.text))),
];

const lastPart = (text: string) => text.replace(/\/+$/, '').replace(/^.*\//, '');
const below = (folder: Word, name: string): Word => ({ ...folder, text: `${folder.text.replace(/\/+$/, '')}/${name}` });
/** As a file, so that the folder's own files are not meant. */
const asFile = (word: Word): Word => ({ ...word, text: word.text.replace(/(?<=.)\/+$/, '') });

function overwrites({ sources, target, options }: Copying, isDeep: boolean): Meant[] {
  if (!target || options.has('n', 'no-clobber')) return [];
  const plain = { how: 'overwrites' as const, words: placesIn(asFile(target), sources) };
  // Of a folder only what the copy has, too.
  return [isDeep ? { ...plain, words: plain.words.slice(1), deep: true, bound: 'most' } : plain];
}

function copies(command: SimpleCommand): Meant[] {
  const copying = readCopy(command);
  return overwrites(copying, copying.options.has('r', 'R', 'a', 'recursive', 'archive'));
}

function moves(command: SimpleCommand): Meant[] {
  const copying = readCopy(command);
  return [{ how: 'moves', words: copying.sources, deep: true }, ...overwrites(copying, false)];
}

const here: Word = { text: '.', glob: false, holes: [], splits: false };

function unpacksTar({ args }: SimpleCommand): Meant[] {
  const options = readTar(args);
  const { operands } = options;
  if (options.has('c', 'create'))
    return [
      { how: 'overwrites', words: options.values('f', 'file').filter(({ text }) => text !== '-') },
      { how: 'deletes', words: options.has('remove-files') ? operands : [], deep: true },
    ];
  if (
    !options.has('x', 'extract', 'get') ||
    options.has('t', 'list', 'O', 'to-stdout', 'k', 'keep-old-files', 'skip-old-files')
  )
    return [];
  return [unpacked(options.values('C', 'directory')[0] ?? here, operands)];
}

function unzips({ args }: SimpleCommand): Meant[] {
  const options = readOptions(args, { letters: 'dx' });
  if (options.has('l', 't', 'v', 'Z', 'p', 'n')) return [];
  return [unpacked(options.values('d')[0] ?? here, options.operands.slice(1))];
}

/** What is in an archive is not looked at: at most it overwrites all that is there. */
const unpacked = (folder: Word, members: readonly Word[]): Meant => ({
  how: 'overwrites',
  words: members.length === 0 ? [folder] : members.map(({ text }) => below(folder, text)),
  deep: true,
  bound: 'most',
});

const isElsewhere = ({ text }: Word) => /^[^/]*[\w\]]{2}:|^rsync:/.test(text);

function mirrors({ args }: SimpleCommand): Meant[] {
  const options = readOptions(args, rsyncTable);
  const { operands } = options;
  const target = operands.at(-1);
  if (operands.length < 2 || !target || options.has('n', 'dry-run', 'list-only')) return [];
  const sources = operands.slice(0, -1);
  const meant: Meant[] = [];
  if (options.has('remove-source-files', 'remove-sent-files'))
    meant.push({ how: 'deletes', words: sources.filter((word) => !isElsewhere(word)), deep: true, bound: 'most' });
  if (isElsewhere(target)) return meant;
  const words = sources.map(({ text }) => (text.endsWith('/') ? target : below(target, lastPart(text))));
  if (options.names.some((name) => name.startsWith('del')))
    meant.push({ how: 'deletes', words, deep: true, bound: 'most' });
  if (!options.has('ignore-existing')) meant.push({ how: 'overwrites', words, deep: true, bound: 'most' });
  return meant;
}

function setsRights({ args }: SimpleCommand): Meant[] {
  const isOption = ({ text }: Word) => /^--|^-[RvfchHLP]+$/.test(text);
  const plain = args.filter((word) => !isOption(word));
  const words = args.some(({ text }) => text.startsWith('--reference')) ? plain : plain.slice(1);
  const deep = args.some(({ text }) => text === '--recursive' || /^-[vfchHLP]*R/.test(text));
  return [{ how: 'rights', words, deep }];
}
