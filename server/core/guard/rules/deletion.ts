import type { SimpleCommand, Word } from '../interpreted.ts';
import { asksForHelp, asksForVersion, readOptions, type OptionTable } from '../options.ts';
import { placeOf, type Place } from '../path-scope.ts';
import { perCommand } from '../per-command.ts';
import { resolvePath } from '../resolve-path.ts';
import { throughLinks } from '../through-links.ts';
import type { Rule, RuleContext } from '../rule.ts';
import { isExact } from '../word.ts';
import { isKept } from './kept-files.ts';
import { written } from './overwriting.ts';

const cmdletTable: OptionTable = { singleDash: true, valued: ['Path', 'LiteralPath', 'Filter', 'Include', 'Exclude'] };

const removers: Record<string, OptionTable> = {
  rm: {
    flags: [
      'recursive',
      'force',
      'interactive',
      'one-file-system',
      'no-preserve-root',
      'preserve-root',
      'dir',
      'verbose',
    ],
  },
  rmdir: { flags: ['ignore-fail-on-non-empty', 'parents', 'verbose'] },
  unlink: {},
  shred: { letters: 'ns', valued: ['iterations', 'size', 'random-source'], flags: ['remove', 'zero', 'force'] },
  srm: {},
  wipe: {},
  rimraf: { letters: 'g' },
  del: { flags: [] },
  erase: {},
  rd: {},
  'remove-item': cmdletTable,
  ri: cmdletTable,
  'del-cli': {},
  'trash-cli': {},
  'safe-rm': {},
  rmtrash: {},
  rip: {},
  gomi: {},
  trash: {},
  'trash-put': {},
  gio: {},
};

/** Tells how it is called, which version it is, or what it would remove. */
function onlySpeaks({ name, args }: SimpleCommand): boolean {
  if (asksForHelp(args)) return true;
  if (name === 'rm') return asksForVersion(args);
  return removers[name] === cmdletTable && args.some(({ text }) => /^-whatif(?::\$true)?$/i.test(text));
}

/** The words that a command would remove; undefined when it removes nothing. */
export const removed = perCommand((command): { targets: readonly Word[]; deep: boolean } | undefined => {
  const table = removers[command.name];
  if (!table || onlySpeaks(command)) return undefined;
  const options = readOptions(command.args, table);
  const deep =
    options.has('r', 'R', 'recursive', 'Recurse', 'recurse', 'rec', 're', 's') ||
    command.name === 'rimraf' ||
    command.name === 'trash';
  if (command.name === 'gio') {
    const [verb, ...targets] = options.operands;
    return verb?.text === 'trash' || verb?.text === 'remove' ? { targets, deep: true } : undefined;
  }
  return {
    targets: [
      ...options.operands.filter(
        ({ text }) => !/^\/[a-z]$/i.test(text) || !['del', 'rd', 'erase'].includes(command.name),
      ),
      ...options.values('Path', 'LiteralPath'),
    ],
    deep,
  };
});

/** Whether one of the removed paths answers to the question. */
function removes(question: (place: Place, target: Removal) => boolean) {
  return (command: SimpleCommand, context: RuleContext): boolean => {
    const what = removed(command);
    if (!what) return false;
    return what.targets.some((word) =>
      question(placeOf(throughLinks(word, command, context.all.files), command, context.facts), {
        word,
        deep: what.deep,
        context,
        command,
      }),
    );
  };
}

type Removal = { word: Word; deep: boolean; context: RuleContext; command: SimpleCommand };

/** Nothing is known of what is kept: what lies in the project may be the only copy. */
function isUnsaved({ scope, path, whole }: Place, removal: Removal): boolean {
  const { context, command, word, deep } = removal;
  if (scope !== 'inside') return false;
  if (!deep && madeHere(word, removal)) return false;
  // Nobody has seen the list of what a search comes upon.
  if (command.via.some((wrapper) => /^(?:find|fd) -/.test(wrapper))) return true;
  const { worktree, cwd } = context.facts;
  if (worktree === undefined && cwd === undefined) return true;
  if (/^(?:shred|srm|wipe)$/.test(command.name)) return true;
  return path !== undefined && !isKept(path, { facts: context.facts, deep: deep || whole || word.glob });
}

/** Whether an earlier command of the line surely wrote this very file anew: what was there before is gone, or never was. */
function madeHere(word: Word, { command, context }: Removal): boolean {
  const { commands } = context.all;
  const path = isExact(word) ? resolvePath(word.text, command.cwd) : undefined;
  return (
    path !== undefined &&
    commands
      .slice(0, commands.indexOf(command))
      .some(
        (earlier) =>
          !earlier.conditional &&
          earlier.redirects.every(({ kind }) => kind !== '>>') &&
          made(earlier).some((target) => isExact(target) && resolvePath(target.text, earlier.cwd) === path),
      )
  );
}

const made = (command: SimpleCommand): readonly Word[] =>
  /^(?:dd|truncate)$|^g?sed$/.test(command.name) ||
  command.args.some(({ text }) => /^(?:-a|--append|-\w*[nrR]\w*)$/.test(text))
    ? []
    : [...written(command), ...readOptions(command.args, { letters: 'o' }).values('o')];

/** A lock that a git which ended too early left behind: it holds nothing. */
const isLock = ({ scope, path, whole }: Place, word: Word) =>
  scope === 'git' && !whole && !word.glob && /^\.git\/(?:[\w./-]+\.lock|gc\.pid)$/.test(path ?? '');

const programs = Object.keys(removers);

export const deletionRules: readonly Rule[] = [
  {
    id: 'files.delete-system',
    verdict: 'deny',
    programs,
    matches: removes(({ scope }) => scope === 'everything' || scope === 'device'),
    reason: 'This removes folders that the system lives in.',
    saferWay: 'Name the one file or build folder inside the worktree that should go.',
    examples: {
      ng: [
        'rm -rf /',
        'rm -rf /usr/local',
        'sudo rm -r /etc/nginx',
        'rm -fr /*',
        'rm -rf /va[r]/lib',
        'rm -rf ./../../../../../../../etc/../usr/bin/..//lib/ /opt',
        'shred -u /boot/vmlinuz',
      ],
      ok: ['rm -rf /tmp/build-1', 'rm -rf / --help', 'rm -rf / --version', 'rm -rf node_modules', 'echo rm -rf /'],
    },
  },
  {
    id: 'files.delete-home',
    verdict: 'deny',
    programs,
    matches: removes(({ scope }) => scope === 'home'),
    reason: 'This removes a whole home folder.',
    saferWay: 'Name the file that should go.',
    examples: {
      ng: [
        'ln -s ~ x; rm -rf x/',
        'ln -s /home/ana x && rm -rf x/*',
        'rm -rf ~',
        'rm -rf "$HOME"',
        'rm -r ~/*',
        'rm -rf /home/ana',
        'rm -rf /root',
      ],
      ok: ['rm -rf "$TMPDIR/x"', 'ls ~'],
    },
  },
  {
    id: 'files.delete-worktree',
    verdict: 'deny',
    programs,
    matches: removes(
      (place, { deep, word }) =>
        (place.scope === 'worktree' && (deep || word.glob)) || (place.scope === 'git' && !isLock(place, word)),
    ),
    reason: 'This removes the whole project or its history, work of others included.',
    saferWay: 'Name the files that should go; build folders may be removed by name.',
    examples: {
      ng: ['rm -rf .', 'rm -rf *', 'rm -rf ./*', 'rm -rf .git', 'rm -rf src/..', 'rm -f .git/index'],
      ok: [
        'rm -rf dist',
        'rm -rf build/*',
        'rm -rf ./node_modules/.cache',
        'rm -f .git/index.lock',
        'cd .git && rm refs/heads/main.lock',
      ],
    },
  },
  {
    id: 'files.delete-outside',
    verdict: 'deny',
    programs,
    matches: removes(({ scope }) => scope === 'outside'),
    reason: 'This removes something outside the project.',
    saferWay: 'Work inside the worktree, or under the folder for temporary files.',
    examples: {
      ng: [
        'rm -rf ../other-project',
        'rm -rf ~/projects',
        'rm -rf /data/customers',
        'rm -rf /tmp',
        'rm -rf /tmp/*',
        'unlink /mnt/share/report.xlsx',
        'cd .. && rm -rf site',
      ],
      ok: ['rm -rf /tmp/build-1', 'rm -rf "$TMPDIR/cache"', 'rm -rf coverage'],
    },
  },
  {
    id: 'files.empty-trash',
    verdict: 'ask',
    programs: ['gio', 'trash-empty', 'trash-rm', 'trash', 'rmtrash', 'gvfs-trash'],
    matches: ({ name, args }) =>
      name === 'trash-empty' || name === 'trash-rm' || args.some(({ text }) => text === '--empty' || text === 'empty'),
    reason: 'This removes for good what was only put aside.',
    saferWay: 'Leave the trash to the person whose it is.',
    examples: { ng: ['gio trash --empty', 'trash-empty'], ok: ['trash-list', 'gio info a'] },
  },
  {
    id: 'files.delete-unknown',
    verdict: 'ask',
    programs,
    matches: (command, context) => {
      const what = removed(command);
      if (!what) return false;
      const inputDecides = command.via.includes('xargs') && what.targets.length === 0;
      return inputDecides || what.targets.some((word) => placeOf(word, command, context.facts).scope === 'unknown');
    },
    reason: 'What this removes is only known when it runs.',
    saferWay: 'Write out the paths.',
    examples: {
      ng: ['rm -rf "$DIR"', 'rm $(cat list.txt)', 'rm -rf "$PREFIX/"', 'cat list.txt | xargs rm'],
      ok: ['D=dist; rm -rf "$D"', 'rm -rf "$TMPDIR/x"'],
    },
  },
  {
    id: 'files.delete-unsaved',
    verdict: 'ask',
    programs,
    matches: removes(isUnsaved),
    reason: 'Nothing says that version control has what this removes.',
    saferWay: 'Commit first, or remove it with git rm.',
    examples: {
      ng: [
        'rm src/app.ts',
        'rm -rf lib',
        'rmdir docs',
        'shred notes.txt',
        'echo x >> b; rm b',
        'rm b; cp a b',
        'cp a lib; rm -r lib',
      ],
      ok: [
        'rm -rf dist',
        'rm -f debug.log',
        'git rm src/app.ts',
        'sort a > b && cat b && rm b',
        'cp a.yml a.yml.bak; rm a.yml.bak',
      ],
    },
  },
];
