import type { SimpleCommand, Word } from '../interpreted.ts';
import { asksForHelp, literal, readOptions, type OptionTable } from '../options.ts';
import { placeOf, type Place } from '../path-scope.ts';
import { perCommand } from '../per-command.ts';
import type { Rule, RuleContext } from '../rule.ts';
import { isKept, isTracked } from './kept-files.ts';

export const copyTable: OptionTable = {
  letters: 'tS',
  valued: ['target-directory', 'suffix', 'backup'],
  flags: ['recursive', 'force', 'no-clobber', 'remove-destination'],
};
export const installTable: OptionTable = {
  letters: 'tSmog',
  valued: ['target-directory', 'mode', 'owner', 'group', 'suffix'],
};

/** Programs whose last operand, or `-t`, is written. */
const copiers: Record<string, OptionTable> = {
  cp: copyTable,
  mv: copyTable,
  install: installTable,
  ln: copyTable,
  gcp: copyTable,
  gmv: copyTable,
  copy: {},
  move: {},
  ditto: {},
  scp: { letters: 'cFiJloPSXDv' },
  rcp: {},
  rename: {},
};

/** The files that a command would write, apart from what it prints. */
export const written = perCommand((command): readonly Word[] => {
  const redirected = command.redirects.filter(({ kind }) => kind !== '<').map(({ target }) => target);
  return [...redirected, ...writtenByProgram(command)];
});

function writtenByProgram({ name, args }: Pick<SimpleCommand, 'name' | 'args'>): readonly Word[] {
  if (asksForHelp(args)) return [];
  const copier = copiers[name];
  if (copier) return copied(args, copier);
  switch (name) {
    case 'tee':
    case 'sponge':
      return readOptions(args).operands;
    case 'truncate':
      return readOptions(args, { letters: 'sr', valued: ['size', 'reference'] }).operands;
    case 'dd':
      return args.filter(({ text }) => text.startsWith('of=')).map((word) => ({ ...word, text: word.text.slice(3) }));
    case 'tree':
      return readOptions(args, { letters: 'oLPI', valued: ['output-file'] }).values('o', 'output-file');
    case 'git':
      return args
        .filter(({ text }) => text.startsWith('--output='))
        .map((word) => ({ ...word, text: word.text.slice(9) }));
    case 'sort':
      return readOptions(args, { letters: 'oktST', valued: ['output', 'key', 'field-separator'] }).values(
        'o',
        'output',
      );
    case 'curl':
      return readOptions(args, {
        letters: 'oXHdFuAbceTmrxyzCDEKPQtwY',
        valued: ['output', 'request', 'header', 'data'],
      }).values('o', 'output');
    case 'wget':
      return readOptions(args, { letters: 'OoePtTUQl', valued: ['output-document'] }).values('O', 'output-document');
    default:
      return [];
  }
}

function copied(args: readonly Word[], table: OptionTable): readonly Word[] {
  const options = readOptions(args, table);
  const target = options.values('t', 'target-directory');
  if (target.length > 0) return target;
  // `host:path` lies on another machine.
  return options.operands.length > 1
    ? options.operands.slice(-1).filter(({ text }) => !/^[^/]*[\w\]]{2}:/.test(text))
    : [];
}

function writes(question: (place: Place, word: Word, context: RuleContext) => boolean) {
  return (command: SimpleCommand, context: RuleContext): boolean => {
    for (const word of written(command))
      if (question(placeOf(word, command, context.facts), word, context)) return true;
    return false;
  };
}

const rawDevice =
  /^\/dev\/(?:[shv]d[a-z]|x?vd[a-z]|nvme\d|mmcblk\d|disk\d|rdisk\d|sr\d|loop\d|dm-\d|md\d|mapper\/|mem$|kmem$|port$|sd\w*[*?[]|nbd\d|pmem\d|ram\d|zd\d)/;
const kernelSwitch =
  /^\/(?:proc\/(?:sysrq-trigger|sys\/|\d+\/mem|self\/mem)|sys\/(?:power|firmware|kernel|block|class))/;

/** New files may be put there. */
const tempFolder = /^(?:\/private)?\/(?:var\/)?tmp\/?$|^\/dev\/shm\/?$/;

const everyProgram = 'any';
const inPlaceEditors = ['sed', 'gsed', 'perl', 'ruby', 'awk', 'gawk'];

export const overwritingRules: readonly Rule[] = [
  {
    id: 'files.write-device',
    verdict: 'deny',
    programs: everyProgram,
    matches: (command) =>
      written(command).some(({ text }) => rawDevice.test(squeeze(text)) || kernelSwitch.test(squeeze(text))),
    reason: 'This writes past the file system, onto a disk or into the running kernel.',
    saferWay: 'Write to a file.',
    examples: {
      ng: [
        'cat image.iso > /dev/sdb',
        'dd if=/dev/zero of=/dev/nvme0n1',
        'echo c > /proc/sysrq-trigger',
        'echo 1 | tee /proc/sys/vm/drop_caches',
        'cp disk.img /dev/disk2',
        ': > /dev/mem',
      ],
      ok: ['make > /dev/null 2>&1', 'dd if=/dev/zero of=image.bin bs=1M count=1', 'echo hi > /dev/stderr'],
    },
  },
  {
    id: 'files.overwrite-system',
    verdict: 'deny',
    programs: everyProgram,
    matches: writes(
      ({ scope }, { text }) =>
        (scope === 'everything' || scope === 'device') && !/^\/(?:dev|proc\/self)\/(?:null|fd|std)/.test(text),
    ),
    reason: 'This overwrites a file of the system.',
    saferWay: 'Write it into the project, and say in words what should change on the machine.',
    examples: {
      ng: [
        'echo x > /etc/passwd',
        'cp evil /usr/bin/ls',
        'mv a /etc/hosts',
        'echo "1.2.3.4 x" >> /etc/hosts',
        'install -m 755 tool /usr/local/bin',
        'tee /etc/resolv.conf',
        'ln -sf x /usr/bin/python',
      ],
      ok: ['cp a b', 'echo x > notes.txt', 'echo x > /tmp/x'],
    },
  },
  {
    id: 'files.overwrite-outside',
    verdict: 'ask',
    programs: everyProgram,
    matches: writes(({ scope }, { text }) => (scope === 'outside' && !tempFolder.test(text)) || scope === 'home'),
    reason: 'This writes outside the project.',
    saferWay: 'Write inside the worktree or under the folder for temporary files.',
    examples: {
      ng: ['echo x > ~/notes.txt', 'cp report.pdf ../other/', 'mv build.zip /data/in', 'sort -o ../list.txt list.txt'],
      ok: ['cp a /tmp/', 'cp ../a .', 'cp a /tmp/a', 'echo x >> log.txt'],
    },
  },
  {
    id: 'files.overwrite-unsaved',
    verdict: 'ask',
    programs: everyProgram,
    matches: (command, context) => overwritesUnsaved(command, context),
    reason: 'This overwrites a file that has changes nobody has committed.',
    saferWay: 'Commit the changes first, or write to another name.',
    examples: { ng: [], ok: ['echo x > new.txt', 'cp a b'] },
  },
  {
    id: 'files.empty',
    verdict: 'ask',
    programs: ['truncate', '', ':', 'true', 'cat', 'cp', 'dd', 'install'],
    matches: (command, context) =>
      empties(command).some((word) => isForeign(placeOf(word, command, context.facts), context)),
    reason: 'This empties a file.',
    saferWay: 'Say which lines should go.',
    examples: {
      ng: [
        'dd if=/dev/zero of=./data/app.db bs=1k count=9 conv=notrunc',
        'truncate -s 0 src/app.ts',
        ': > server.ts',
        'cp /dev/null src/app.ts',
        'cat /dev/null > notes.md',
      ],
      ok: ['> /dev/null', 'truncate -s 1M /tmp/big.img', ': > debug.log'],
    },
  },
  {
    id: 'files.side-write',
    verdict: 'ask',
    programs: ['sort', 'tree', 'sed', 'gsed', 'git'],
    matches: (command, { facts }) =>
      facts.worktree === undefined &&
      facts.cwd === undefined &&
      (command.args.length > 0 ? writtenByProgram(command) : written(command)).some((word) =>
        /^(?:inside|unknown)$/.test(placeOf(word, command, facts).scope),
      ),
    reason: 'This program for reading writes a file, and nothing says that version control has it.',
    saferWay: 'Print it, and send it to a file with the shell’s own sign.',
    examples: {
      ng: ['sort -o names.txt names.txt', 'tree -o out.txt', "sed 's/a/b/w out.txt' x", 'git diff --output=src/a.ts'],
      ok: ['sort names.txt', 'sort a > b', 'tree -L 2', 'sort -o /tmp/x y', "sed 's/a/b/' x"],
    },
  },
  {
    id: 'files.move-away',
    verdict: 'deny',
    programs: ['mv', 'gmv', 'move'],
    matches: (command, context) => movesAway(command, context),
    reason: 'This moves files to where they are lost, or folders that others need.',
    saferWay: 'Move inside the project with git mv.',
    examples: {
      ng: [
        'mv data.db /dev/null',
        'mv /etc /tmp/etc',
        'mv ~ /tmp/home',
        'mv -t /tmp /*',
        'mv .git /tmp/g',
        'mv * /tmp',
      ],
      ok: ['mv a b', 'mv src/a.ts src/b.ts', 'mv dist /tmp/dist'],
    },
  },
  {
    id: 'files.edit-in-place',
    verdict: 'ask',
    programs: inPlaceEditors,
    matches: editsInPlace,
    reason: 'This rewrites files in place, and nothing says that version control has them.',
    saferWay: 'Print the result first, or change the file with the edit tool.',
    examples: {
      ng: [
        'sed -i s/a/b/ app.ts',
        'sed -i.bak "s/a/b/" x',
        'perl -pi -e s/a/b/ *.ts',
        'sed --in-place=.orig 1d x',
        'sed -n -i 1p x',
        'gawk -i inplace 1 x',
      ],
      ok: ['sed s/a/b/ app.ts', 'sed -n 1,5p x', 'perl -ne print x'],
    },
  },
];

/** Doubled slashes and the like must not hide a device. */
function squeeze(text: string): string {
  const parts: string[] = [];
  for (const part of text.split('/')) {
    if (part === '..') parts.pop();
    else if (part !== '' && part !== '.') parts.push(part);
  }
  return text.startsWith('/') ? `/${parts.join('/')}` : text;
}

function overwritesUnsaved(command: SimpleCommand, context: RuleContext): boolean {
  const { dirtyFiles } = context.facts;
  if (!dirtyFiles?.length) return false;
  const appends = new Set(command.redirects.filter(({ kind }) => kind === '>>').map(({ target }) => target));
  return written(command).some((word) => {
    if (appends.has(word)) return false;
    const { scope, path } = placeOf(word, command, context.facts);
    return (
      scope === 'inside' && path !== undefined && path !== '' && !isKept(path, { facts: context.facts, deep: false })
    );
  });
}

function shrunk(args: readonly Word[]): readonly Word[] {
  const options = readOptions(args, { letters: 'sr', valued: ['size', 'reference'] });
  const shrinks = options.values('s', 'size').some(({ text }) => /^(?:0|[-<%/]\d+)/.test(text));
  return shrinks ? options.operands : [];
}

/** Zeros or noise written into a file that is there already. */
function writesOver(args: readonly Word[]): boolean {
  const has = (pattern: RegExp) => args.some(({ text }) => pattern.test(text));
  return has(/^if=\/dev\/(?:zero|u?random)$/) && has(/^(?:conv=\S*notrunc|oflag=\S*seek\S*|seek=)/);
}

const fromSource = new Set(['cp', 'install', 'dd']);

function empties(command: SimpleCommand): readonly Word[] {
  const { name, args } = command;
  if (name === 'truncate') return shrunk(args);
  if (name === 'dd' && writesOver(args)) return writtenByProgram(command);
  const fromNothing = args.some(({ text }) => text === '/dev/null' || text === 'if=/dev/null');
  const saysNothing = name === '' || name === ':' || name === 'true' || (fromNothing && args.length === 1);
  if (saysNothing)
    return command.redirects.filter(({ kind, fd }) => kind === '>' && fd === 1).map(({ target }) => target);
  return fromNothing && fromSource.has(name) ? written(command) : [];
}

/** A new, empty file is nobody's loss; one that is known to be kept neither. */
function isForeign({ scope, path }: Place, { facts }: RuleContext): boolean {
  if (scope === 'outside' || scope === 'unknown') return true;
  if (scope !== 'inside' || path === undefined) return false;
  if (facts.trackedFiles) return isTracked(path, facts);
  return (
    facts.worktree === undefined &&
    /\.[a-z\d]{1,8}$|^[A-Z]\w*file$/.test(path) &&
    !/\.(?:log|lock|pid|out|tmp|gitkeep)$/.test(path)
  );
}

function movesAway(command: SimpleCommand, context: RuleContext): boolean {
  if (asksForHelp(command.args)) return false;
  const options = readOptions(command.args, copyTable);
  const targets = options.values('t', 'target-directory');
  const sources = targets.length > 0 ? options.operands : options.operands.slice(0, -1);
  const target = targets[0] ?? options.operands.at(-1);
  if (literal(target) === '/dev/null' && sources.length > 0) return true;
  return sources.some((word) => {
    const { scope } = placeOf(word, command, context.facts);
    return scope === 'everything' || scope === 'home' || scope === 'git' || scope === 'worktree' || scope === 'device';
  });
}

/** The files that a command rewrites in place; undefined when it does not. */
export function editedInPlace(command: SimpleCommand): readonly Word[] | undefined {
  if (!inPlaceEditors.includes(command.name)) return undefined;
  const options = readOptions(
    command.args,
    command.name.endsWith('sed') ? sedTable : command.name.endsWith('awk') ? awkTable : perlTable,
  );
  const inPlace = command.name.endsWith('awk')
    ? options.values('i', 'include').some(({ text }) => text === 'inplace')
    : options.has('i', 'in-place') || (command.name === 'sed' && options.has('I'));
  if (!inPlace) return undefined;
  return options.has('e', 'f', 'expression', 'file') ? options.operands : options.operands.slice(1);
}

function editsInPlace(command: SimpleCommand, { facts }: RuleContext): boolean {
  const files = editedInPlace(command);
  if (files === undefined) return false;
  const unplaced = facts.worktree === undefined && facts.cwd === undefined;
  if (files.length === 0) return unplaced;
  return files.some((word) => {
    const { scope, path } = placeOf(word, command, facts);
    if (scope === 'build' || scope === 'temp') return false;
    return unplaced || scope !== 'inside' || path === undefined || !isKept(path, { facts, deep: word.glob });
  });
}

const sedTable: OptionTable = { letters: 'efl', valued: ['expression', 'file', 'line-length'], flags: ['in-place'] };
const perlTable: OptionTable = { letters: 'eEIMmF' };
const awkTable: OptionTable = { letters: 'vfFi', valued: ['assign', 'file', 'field-separator', 'include'] };
