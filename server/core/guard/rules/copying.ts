import type { SimpleCommand, Word } from '../interpreted.ts';
import { asksForHelp, readOptions, type OptionTable } from '../options.ts';
import { placeOf } from '../path-scope.ts';
import type { Rule, RuleContext } from '../rule.ts';

export const rsyncTable: OptionTable = {
  letters: 'efTBM',
  valued: [
    'rsh',
    'exclude',
    'include',
    'filter',
    'files-from',
    'exclude-from',
    'include-from',
    'temp-dir',
    'backup-dir',
    'suffix',
    'port',
    'log-file',
    'max-size',
    'min-size',
    'bwlimit',
    'chmod',
    'chown',
    'info',
    'out-format',
    'password-file',
    'timeout',
    'compare-dest',
    'copy-dest',
    'link-dest',
    'rsync-path',
    'partial-dir',
    'max-delete',
  ],
  flags: [
    'dry-run',
    'list-only',
    'delete',
    'delete-before',
    'delete-during',
    'delete-delay',
    'delete-after',
    'delete-excluded',
    'delete-missing-args',
    'remove-source-files',
    'remove-sent-files',
    'del',
    'existing',
    'ignore-existing',
    'force',
    'inplace',
    'append',
  ],
};

const deletions = [
  'delete',
  'del',
  'delete-before',
  'delete-during',
  'delete-delay',
  'delete-after',
  'delete-excluded',
  'delete-missing-args',
  'remove-source-files',
  'remove-sent-files',
];

function rsyncDeletes({ args }: SimpleCommand): boolean {
  const options = readOptions(args, rsyncTable);
  return options.has(...deletions) && !options.has('n', 'dry-run', 'list-only') && !asksForHelp(args);
}

const tarTable: OptionTable = {
  letters: 'fCTXHbgIKNLV',
  valued: ['file', 'directory', 'files-from', 'exclude', 'use-compress-program', 'transform', 'strip-components'],
  flags: [
    'extract',
    'get',
    'create',
    'delete',
    'remove-files',
    'overwrite',
    'recursive-unlink',
    'unlink-first',
    'to-command',
    'checkpoint-action',
    'info-script',
  ],
};

/** `tar xzf a.tgz`: the first word may hold options without a dash. */
export function readTar(args: readonly Word[]) {
  const [first, ...rest] = args;
  const bundled = first && /^[a-zA-Z]+$/.test(first.text) && /[xctru]/.test(first.text);
  return readOptions(bundled ? [{ ...first, text: `-${first.text}` }, ...rest] : args, tarTable);
}

/** Where an archive's files would go. */
function unpackedTo(command: SimpleCommand): readonly Word[] {
  if (command.name === 'unzip') {
    const options = readOptions(command.args, { letters: 'dx' });
    return options.has('l', 't', 'v', 'Z', 'p') ? [] : options.values('d');
  }
  const options = readTar(command.args);
  return options.has('x', 'extract', 'get') && !options.has('t', 'list', 'O', 'to-stdout')
    ? options.values('C', 'directory')
    : [];
}

function unpacksOutside(command: SimpleCommand, context: RuleContext): boolean {
  return unpackedTo(command).some((word) => {
    const { scope } = placeOf(word, command, context.facts);
    return scope === 'everything' || scope === 'home' || scope === 'outside' || scope === 'device';
  });
}

export const copyingRules: readonly Rule[] = [
  {
    id: 'files.sync-delete',
    verdict: 'deny',
    programs: ['rsync', 'openrsync'],
    matches: rsyncDeletes,
    reason: 'This rsync removes files that only one side has.',
    saferWay: 'Run it with --dry-run first and read what it would delete.',
    examples: {
      ng: [
        'rsync -a --delete src/ /srv/www/',
        'rsync -av --del a/ b/',
        'rsync --delete-excluded a b --delete-after',
        'rsync -a --remove-source-files a/ b/',
        'rsync -a --delete-missing-args a/ host:b/',
      ],
      ok: [
        'rsync -a src/ backup/',
        'rsync -an --delete a/ b/',
        'rsync --dry-run --delete a/ b/',
        'rsync --list-only --delete a/ b/',
        'rsync -a --exclude --delete a/ b/',
      ],
    },
  },
  {
    id: 'files.mirror-delete',
    verdict: 'ask',
    programs: ['robocopy', 'lftp', 'unison', 'mirror', 'xcopy'],
    matches: ({ args }) =>
      !args.some(({ text }) => /^\/l$/i.test(text)) &&
      args.some(({ text }) => /^\/(?:mir|purge|move?|mov)$/i.test(text) || /\bmirror\b.*--delete|^--delete/.test(text)),
    reason: 'This removes files that only one side has.',
    saferWay: 'List the differences first.',
    examples: {
      ng: ['robocopy a b /MIR', 'lftp -e "mirror --delete a b" host'],
      ok: ['robocopy a b /E /L', 'robocopy a b /MIR /L'],
    },
  },
  {
    id: 'files.unpack-outside',
    verdict: 'ask',
    programs: ['tar', 'gtar', 'bsdtar', 'unzip'],
    matches: unpacksOutside,
    reason: 'This unpacks an archive over files outside the project.',
    saferWay: 'Unpack into an empty folder inside the worktree.',
    examples: {
      ng: [
        'tar xzf a.tgz -C /',
        'tar -xf a.tar --directory=/etc',
        'unzip -o a.zip -d /usr/local',
        'tar -C ~ -xf dots.tar',
      ],
      ok: ['tar xzf a.tgz', 'tar -xf a.tar -C /tmp/x', 'unzip a.zip -d vendor', 'tar -tf a.tar -C /'],
    },
  },
  {
    id: 'files.archive-moves',
    verdict: 'ask',
    programs: ['tar', 'gtar', 'bsdtar', 'zip', '7z', 'gzip'],
    matches: ({ name, args }) => {
      if (name === 'zip') return readOptions(args, { letters: 'bnxitP' }).has('m', 'move');
      if (name === '7z') return args.some(({ text }) => text === '-sdel');
      return name !== 'gzip' && readTar(args).has('remove-files', 'delete', 'recursive-unlink');
    },
    reason: 'This removes the files that it packs, or files in the archive.',
    saferWay: 'Pack first, look at the archive, then remove by name.',
    examples: {
      ng: ['tar --remove-files -cf a.tar src', 'zip -rm a.zip src', 'tar --delete -f a.tar x', '7z a -sdel a.7z src'],
      ok: ['tar czf a.tgz src', 'zip -r a.zip src', 'gzip -k a'],
    },
  },
];
