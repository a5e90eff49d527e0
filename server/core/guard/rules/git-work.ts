import type { SimpleCommand } from '../interpreted.ts';
import type { Options } from '../options.ts';
import type { Rule } from '../rule.ts';
import { onGit, readGit, type GitCall } from './git-words.ts';

const git = ['git'] as const;
const stashFirst = 'Look at git status and git diff, then commit or git stash what is there first.';

export function cleans({ options, settings }: GitCall): boolean {
  if (options.has('n', 'dry-run') && !options.has('no-dry-run')) return false;
  const needsForce = !settings.some(
    ([key, value]) => key === 'clean.requireforce' && /^(?:false|no|off|0)$/i.test(value),
  );
  return options.has('f', 'force', 'i', 'interactive') || !needsForce;
}

/** Whether checkout takes files out of the index or a commit, over what lies in the worktree. */
export function checksOutFiles({ options }: GitCall): boolean {
  const { operands, beforeDashes } = options;
  if (options.has('f', 'force') && !lastSays(options, 'no-force', ['f', 'force'])) return true;
  if (options.has('ours', 'theirs', 'p', 'patch', 'pathspec-from-file')) return true;
  if (beforeDashes !== undefined && operands.length > beforeDashes) return true;
  if (options.has('b', 'B', 'orphan', 't', 'track', 'd', 'detach')) return false;
  return operands.length > 1 || looksLikeFiles(operands[0]?.text ?? '');
}

/** `.`, a folder with its slash, a pathspec, or a file of a known kind; branches have no such names. */
export function looksLikeFiles(text: string): boolean {
  return (
    /^(?:\.{1,2}(?:\/.*)?|:[/(^!].*|.*\/|.*[*?].*)$/.test(text) ||
    /\.(?:[jt]sx?|[cm][jt]s|py|rb|go|rs|java|kt|swift|c|h|cc|cpp|cs|php|md|txt|json|ya?ml|toml|html?|s?css|sh|sql|lock|xml|vue|svelte|ini|cfg|conf|env)$/.test(
      text,
    ) ||
    /^(?:Makefile|Dockerfile|README|LICENSE|Gemfile|Rakefile)$/.test(text)
  );
}

function lastSays(options: Options, wanted: string, others: readonly string[]): boolean {
  const last = options.names.findLast((name) => name === wanted || others.includes(name));
  return last === wanted;
}

/** `git restore` writes the worktree unless it is told of the index only. */
export function restoresFiles({ options }: GitCall): boolean {
  const named =
    options.operands.length > 0 ||
    options.has('pathspec-from-file') ||
    (options.has('p', 'patch') && !lastSays(options, 'no-patch', ['p', 'patch']));
  if (!named) return false;
  if (options.has('no-worktree')) return false;
  return options.has('W', 'worktree') || !options.has('S', 'staged', 'no-staged');
}

/** `git diff | git apply -R` takes back what was changed. */
function takesBack({ options }: GitCall, command: SimpleCommand): boolean {
  return (
    options.has('R', 'reverse') &&
    !options.has('check', 'stat', 'summary', 'cached') &&
    options.operands.length === 0 &&
    command.stdin.kind === 'pipe'
  );
}

/** Work that is not committed is lost. */
export const gitWorkRules: readonly Rule[] = [
  {
    id: 'git.reset-hard',
    verdict: 'deny',
    programs: git,
    matches: onGit('reset', ({ options }) => options.has('hard', 'merge', 'keep')),
    reason: 'This throws away changes that are not committed.',
    saferWay: stashFirst,
    examples: {
      ng: [
        'git reset --hard',
        'git reset --hard origin/main',
        'git -C app reset --har HEAD~2',
        'git reset --merge',
        'git --no-pager -c a.b=c reset -q --hard HEAD',
        'git.exe reset --hard',
      ],
      ok: [
        'git reset --soft HEAD~1',
        'git reset HEAD file.ts',
        'git reset',
        'git log --grep "reset --hard"',
        'git commit -m "reset --hard"',
        'git reset --mixed',
      ],
    },
  },
  {
    id: 'git.clean',
    verdict: 'deny',
    programs: git,
    matches: onGit('clean', cleans),
    reason: 'This removes files that version control does not have.',
    saferWay: 'Run git clean -n first and remove by name what should go.',
    examples: {
      ng: [
        'git clean -fd',
        'git clean -xdf',
        'git clean --force',
        'git clean . -f',
        'git -c clean.requireForce=false clean -d',
        'git clean -i',
        'git clean -e keep -f',
      ],
      ok: ['git clean -n', 'git clean -nfd', 'git clean --dry-run -fd', 'git clean'],
    },
  },
  {
    id: 'git.take-back',
    verdict: 'ask',
    programs: git,
    matches: onGit('apply', takesBack),
    reason: 'This takes back changes that are not committed.',
    saferWay: stashFirst,
    examples: {
      ng: ['git diff HEAD | git apply -R', 'git diff | git apply --reverse'],
      ok: ['git apply x.patch', 'git apply -R x.patch', 'git diff | git apply -R --check'],
    },
  },
  {
    id: 'git.checkout-files',
    verdict: 'deny',
    programs: git,
    matches: onGit('checkout', checksOutFiles),
    reason: 'This overwrites files in the worktree with older ones.',
    saferWay: stashFirst,
    examples: {
      ng: [
        'git checkout -- src/app.ts',
        'git checkout .',
        'git checkout HEAD~2 -- a.ts',
        'git checkout main a.ts',
        'git checkout -f',
        'git checkout --force main',
        'git checkout src/app.ts',
        'git checkout --theirs a.ts',
        'git checkout -p',
        'git checkout -- ":/"',
      ],
      ok: [
        'git checkout main',
        'git checkout -b topic',
        'git checkout -b topic origin/main',
        'git checkout release/1.2',
        'git checkout -',
        'git checkout --detach v1.0',
        'git checkout --track origin/topic',
        'git checkout --orphan pages',
        'git checkout v2.4.1',
      ],
    },
  },
  {
    id: 'git.restore',
    verdict: 'deny',
    programs: git,
    matches: onGit('restore', restoresFiles),
    reason: 'This overwrites files in the worktree with older ones.',
    saferWay: stashFirst,
    examples: {
      ng: [
        'git restore a.ts',
        'git restore .',
        'git restore --source=HEAD~1 a.ts',
        'git restore -SW a.ts',
        'git restore --staged --worktree a.ts',
        'git restore -p',
        'git restore -s --staged a.ts',
      ],
      ok: ['git restore --staged a.ts', 'git restore -S .', 'git restore --stag a.ts', 'git restore'],
    },
  },
  {
    id: 'git.switch-discard',
    verdict: 'deny',
    programs: git,
    matches: onGit('switch', ({ options }) => options.has('f', 'force', 'discard-changes')),
    reason: 'This throws away changes that are not committed.',
    saferWay: stashFirst,
    examples: {
      ng: ['git switch -f main', 'git switch --discard-changes main', 'git switch --disc main'],
      ok: ['git switch main', 'git switch -c fix', 'git switch -cfix', 'git switch --detach v1'],
    },
  },
  {
    id: 'git.stash-drop',
    verdict: 'deny',
    programs: git,
    matches: onGit('stash', ({ options }) => ['drop', 'clear'].includes(options.operands[0]?.text ?? '')),
    reason: 'This removes work that was put aside.',
    saferWay: 'Use git stash list and git stash show; leave stashes where they are.',
    examples: {
      ng: ['git stash drop', 'git stash clear', 'git stash drop -q stash@{1}'],
      ok: ['git stash', 'git stash pop', 'git stash list', 'git stash push -m drop', 'git stash apply'],
    },
  },
  {
    id: 'git.abort',
    verdict: 'ask',
    programs: git,
    matches: onGit(['merge', 'rebase', 'cherry-pick', 'revert', 'am'], ({ options }) => options.has('abort', 'skip')),
    reason: 'This throws away conflicts that were resolved already.',
    saferWay: 'Finish it with --continue, or commit what was resolved to a branch.',
    examples: {
      ng: ['git merge --abort', 'git rebase --abort', 'git cherry-pick --abort', 'git am --skip'],
      ok: ['git merge main', 'git rebase --continue', 'git rebase main', 'git cherry-pick abc123', 'git rebase --quit'],
    },
  },
  {
    id: 'git.remove-forced',
    verdict: 'ask',
    programs: git,
    matches: onGit(
      'rm',
      ({ options }) =>
        !options.has('cached', 'n', 'dry-run') &&
        (options.has('f', 'force') ||
          options.operands.some(({ text, glob }) => glob || /^(?:\.|\.\/|:\/|\*|\/)$/.test(text))),
    ),
    reason: 'This removes files although they have changes, or all of them.',
    saferWay: 'Remove single files with git rm, which refuses when they have changes.',
    examples: {
      ng: ['git rm -f a.ts', 'git rm -rf src', 'git rm -r .', 'git rm *'],
      ok: ['git rm a.ts', 'git rm -r --cached .', 'git rm -r src', 'git rm -n -f a.ts'],
    },
  },
  {
    id: 'git.index-over-files',
    verdict: 'deny',
    programs: git,
    matches: (command) => {
      const call = readGit(command);
      if (call?.verb === 'submodule')
        return call.options.operands[0]?.text === 'update' && call.options.has('f', 'force');
      if (call?.verb === 'mv') return call.options.has('f', 'force') && !call.options.has('n', 'dry-run');
      if (call?.verb === 'read-tree') return call.options.has('reset', 'u');
      return call?.verb === 'checkout-index' && call.options.has('f', 'force');
    },
    reason: 'This overwrites files in the worktree, changed ones too.',
    saferWay: stashFirst,
    examples: {
      ng: [
        'git read-tree --reset -u HEAD',
        'git checkout-index -f -a',
        'git submodule update --force',
        'git mv -f a.ts b.ts',
      ],
      ok: ['git read-tree HEAD', 'git checkout-index --prefix=out/ -a'],
    },
  },
  {
    id: 'git.worktree-remove',
    verdict: 'deny',
    programs: git,
    matches: onGit('worktree', ({ options }) => options.operands[0]?.text === 'remove' && options.has('f', 'force')),
    reason: 'This removes a worktree with the changes in it.',
    saferWay: 'Leave --force away: git refuses when there are changes.',
    examples: {
      ng: ['git worktree remove --force ../wt', 'git worktree remove -f ../wt', 'git worktree remove ../wt --forc'],
      ok: ['git worktree remove ../wt', 'git worktree list', 'git worktree add ../wt', 'git worktree prune -n'],
    },
  },
  {
    id: 'git.submodule-deinit',
    verdict: 'ask',
    programs: git,
    matches: onGit(
      'submodule',
      ({ options }) => options.operands[0]?.text === 'deinit' && options.has('f', 'force', 'all'),
    ),
    reason: 'This removes the worktrees of submodules with the changes in them.',
    saferWay: 'Leave --force away.',
    examples: {
      ng: ['git submodule deinit -f lib', 'git submodule deinit --all'],
      ok: ['git submodule update --init', 'git submodule deinit lib', 'git submodule status'],
    },
  },
];
