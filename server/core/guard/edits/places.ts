import { climbs, placeOf } from '../path-scope.ts';
import { isKept } from '../rules/kept-files.ts';
import { startPlace } from '../rules/persistence.ts';
import type { GuardFacts } from '../verdict.ts';
import type { Change } from './change.ts';
import { changed, made, type EditRule } from './edit-rule.ts';

const fewLines = 40;

function lines(text: string): number {
  return text === '' ? 0 : text.trimEnd().split('\n').length;
}

/** Most of a file goes, and nothing comes in its place. */
function losesMost(change: Change, facts: GuardFacts): boolean {
  const before = lines(change.before);
  const after = lines(change.after);
  if (change.isNew || before === 0) return false;
  const unsaved = !isKept(change.path, { facts, deep: false });
  if (after === 0) return before >= (unsaved ? 1 : fewLines) || (!change.isGone && before >= 5);
  // What was put into comments is gone as well.
  if (change.kind === 'code' && change.removed.length - change.added.length >= Math.max(fewLines, before * 0.6))
    return true;
  return before >= fewLines && after < before * 0.4;
}

function leaves({ path }: Change, facts: GuardFacts): boolean {
  if (!/^(?:\/|~|[A-Za-z]:\/)/.test(path)) return climbs(path);
  const { scope } = placeOf({ text: path, glob: false, holes: [], splits: false }, { cwd: '.' }, facts);
  return !['inside', 'build', 'git', 'worktree', 'temp'].includes(scope);
}

const long = `${Array.from({ length: 60 }, (_, index) => `line ${index}`).join('\n')}\n`;

export const placeRules: readonly EditRule[] = [
  {
    id: 'edits.most-of-file',
    verdict: 'ask',
    matches: losesMost,
    reason: 'This removes most of a file.',
    saferWay: 'Remove the parts that are meant, one by one.',
    examples: {
      ng: [
        { path: 'src/a.ts', oldText: long, newText: null },
        changed('src/a.ts', long, 'line 1\n'),
        changed('src/a.ts', 'a\nb\nc\nd\ne\nf\n', ''),
        changed('src/a.ts', long, long.replaceAll('line', '// line')),
      ],
      ok: [
        changed('src/a.ts', long, long.replace('line 7\n', '')),
        { path: 'src/a.ts', oldText: 'export {};\n', newText: null },
        changed('src/a.ts', long, long.replaceAll('line', 'row')),
      ],
    },
  },
  {
    id: 'edits.outside',
    verdict: 'deny',
    matches: leaves,
    reason: 'This changes a file outside the project.',
    saferWay: 'Write it into the worktree.',
    examples: {
      ng: [
        made('/etc/cron.d/x', 'x'),
        made('../other/a.ts', 'x'),
        made('~/.bashrc', 'x'),
        made('src/../../a.ts', 'x'),
        made('C:/Windows/a.ini', 'x'),
      ],
      ok: [made('src/a.ts', 'x'), made('src/../a.ts', 'x'), made('./a.ts', 'x')],
    },
  },
  {
    id: 'edits.runs-later',
    verdict: 'deny',
    matches: ({ path }) => startPlace.test(path) || /(?:^|\/)\.git\//.test(path),
    reason: 'This makes something run later, at each login, commit or start.',
    saferWay: 'Write down what should be set; a person adds it.',
    examples: {
      ng: [
        made('.git/hooks/pre-commit', 'x'),
        changed('.git/config', 'a', 'b'),
        made('home/.bashrc', 'x'),
        made('.ssh/authorized_keys', 'x'),
        made('venv/sitecustomize.py', 'x'),
      ],
      ok: [made('.gitignore', 'x'), made('src/git/hooks.ts', 'x')],
    },
  },
  {
    id: 'edits.git-attributes',
    verdict: 'ask',
    matches: ({ path, addedText }) =>
      /(?:^|\/)\.gitattributes$/.test(path)
        ? /\b(?:filter|diff|merge)=/.test(addedText)
        : /(?:^|\/)\.gitmodules$/.test(path),
    reason: 'This makes git run filters, or take other projects into this one.',
    saferWay: 'Propose it by itself, with the address spelled out.',
    examples: {
      ng: [made('.gitattributes', '*.ts filter=x'), changed('.gitmodules', 'a', 'b')],
      ok: [made('.gitattributes', '*.png binary'), made('.gitattributes', '* text=auto')],
    },
  },
];
