import { HOLE, type SimpleCommand } from '../interpreted.ts';
import type { Rule, RuleContext } from '../rule.ts';
import { onGit, readGit, type GitCall } from './git-words.ts';

const git = ['git'] as const;

export function pushesByForce({ options }: GitCall): boolean {
  if (options.has('n', 'dry-run')) return false;
  const forced = options.names.some(
    (name) =>
      name === 'f' ||
      name === 'force' ||
      (name === 'force-if-includes' && !options.has('force-with-lease')) ||
      name.startsWith('force-with-lease-'),
  );
  return (
    forced ||
    options.operands.slice(1).some(({ text }) => text.startsWith('+')) ||
    options.operands[0]?.text.startsWith('+') === true
  );
}

export function deletesOnRemote({ options }: GitCall): boolean {
  if (options.has('n', 'dry-run')) return false;
  return options.has('d', 'delete', 'mirror', 'prune') || options.operands.some(({ text }) => /^:[^/(!^]/.test(text));
}

/** The branches that a push names on the other side, or the one it is on. */
export function pushedBranches({ options }: GitCall, branch: string | undefined): string[] {
  const named = options.operands
    .slice(1)
    .map(({ text }) => (text.split(':').at(-1) ?? '').replace(/^\+?(?:refs\/heads\/)?/, ''));
  return named.length > 0 ? named : branch === undefined ? [] : [branch];
}

function overwritesProtected(command: SimpleCommand, { facts }: RuleContext): boolean {
  const call = readGit(command);
  if (call?.verb !== 'push' || !call.options.names.some((name) => name.startsWith('force-with-lease'))) return false;
  return pushedBranches(call, facts.branch).some((branch) => facts.protectedBranches?.includes(branch));
}

/** git takes `now` and `all`; another time may keep enough. */
const atOnce = /^(?:now|all|0|0\..*|\d+[. ]?(?:second|minute|hour).*)$/;

function prunesAtOnce({ verb, options, settings }: GitCall): boolean {
  if (options.has('n', 'dry-run')) return false;
  if (settings.some(([key, value]) => /^gc\.(?:.*expire|.*expireunreachable)$/.test(key) && atOnce.test(value)))
    return true;
  // Without a date it keeps what is younger than two weeks.
  if (verb === 'gc')
    return [...options.values('prune'), ...(options.has('prune') ? options.operands : [])].some(
      ({ text }) => atOnce.test(text) || text.includes(HOLE),
    );
  if (verb === 'repack')
    return options.values('unpack-unreachable', 'cruft-expiration').some(({ text }) => atOnce.test(text));
  // Another age than these keeps what a mistake of today would need.
  if (verb === 'prune') {
    const ages = options.values('expire');
    return ages.length === 0 || ages.some(({ text }) => atOnce.test(text) || text.includes(HOLE));
  }
  return false;
}

function expiresReflog({ options }: GitCall): boolean {
  const [verb] = options.operands;
  if (options.has('n', 'dry-run')) return false;
  return (
    verb?.text === 'delete' ||
    verb?.text === 'drop' ||
    (verb?.text === 'expire' &&
      (options.has('stale-fix') ||
        [...options.values('expire', 'expire-unreachable')].some(
          ({ text }) => atOnce.test(text) || text.includes(HOLE),
        ) ||
        (options.has('all') && options.values('expire', 'expire-unreachable').length === 0)))
  );
}

/** Names of branches that others build on; one's own branch may be begun again. */
const shared =
  /^(?:main|master|trunk|develop|development|dev|staging|stable|production|prod|release\b.*|next|gh-pages)$|\0/;

function movesBranch({ verb, options }: GitCall): boolean {
  if (verb === 'branch')
    return options.has('f', 'M', 'C') || (options.has('force') && !options.has('d', 'D', 'delete'));
  if (verb === 'checkout' || verb === 'switch')
    return options.values('B', 'C', 'force-create').some(({ text }) => shared.test(text));
  if (verb === 'worktree') return options.operands[0]?.text === 'add' && options.has('B');
  return (
    verb === 'fetch' &&
    !options.has('dry-run') &&
    options.operands
      .slice(1)
      .some(
        ({ text }) => (options.has('f', 'force') || text.startsWith('+')) && /^\+?[^:]+:(?!refs\/remotes\/)/.test(text),
      )
  );
}

/** Commits, branches and what others have of them are lost. */
export const gitHistoryRules: readonly Rule[] = [
  {
    id: 'git.force-push',
    verdict: 'deny',
    programs: git,
    matches: onGit(['push', 'send-pack'], pushesByForce),
    reason: 'This overwrites commits on the remote that others may have built on.',
    saferWay: 'Push to a branch of its own, or use --force-with-lease on your own branch.',
    examples: {
      ng: [
        'git push --force',
        'git push -f origin topic',
        'git push origin +main',
        'git push origin +HEAD:refs/heads/main',
        'git push --forc',
        'git push -uf origin x',
        'git push --force-with-lease --force',
        'git push origin main -f',
      ],
      ok: [
        'git push',
        'git push origin main',
        'git push -u origin topic',
        'git push --force-with-lease',
        'git push --dry-run --force',
        'git push --force-with-lease --force-if-includes',
        'git commit -m "git push --force"',
        'git push --follow-tags',
      ],
    },
  },
  {
    id: 'git.push-protected',
    verdict: 'ask',
    programs: git,
    matches: overwritesProtected,
    reason: 'This overwrites commits on a protected branch.',
    saferWay: 'Push to a branch of its own and open a request.',
    examples: { ng: [], ok: ['git push --force-with-lease origin topic'] },
  },
  {
    id: 'git.push-delete',
    verdict: 'deny',
    programs: git,
    matches: onGit('push', deletesOnRemote),
    reason: 'This removes branches or tags on the remote.',
    saferWay: 'Let a person remove them where the project is hosted.',
    examples: {
      ng: [
        'git push origin --delete topic',
        'git push origin :topic',
        'git push -d origin v1',
        'git push --mirror',
        'git push --prune origin',
        'git push origin --del topic',
      ],
      ok: ['git push origin HEAD:topic', 'git push origin topic', 'git push origin :', 'git push -n --delete origin x'],
    },
  },
  {
    id: 'git.branch-delete',
    verdict: 'deny',
    programs: git,
    matches: onGit(
      'branch',
      ({ options }) => options.has('D') || (options.has('d', 'delete') && options.has('f', 'force')),
    ),
    reason: 'This removes a branch whether or not its commits are merged.',
    saferWay: 'Use git branch -d, which refuses when commits would be lost.',
    examples: {
      ng: [
        'git branch -D topic',
        'git branch --delete --force topic',
        'git branch -df topic',
        'git branch --del --forc x',
      ],
      ok: ['git branch -d topic', 'git branch', 'git branch -a', 'git branch topic', 'git branch --list'],
    },
  },
  {
    id: 'git.branch-move',
    verdict: 'ask',
    programs: git,
    matches: onGit(['branch', 'checkout', 'switch', 'fetch', 'worktree'], movesBranch),
    reason: 'This moves or renames a branch over what it pointed to.',
    saferWay: 'Make a branch with a new name.',
    examples: {
      ng: [
        'git branch -f main HEAD~3',
        'git branch -M main',
        'git checkout -B main origin/main',
        'git switch -C main',
        'git fetch origin +main:main',
        'git fetch --force origin main:main',
        'git worktree add -B main ../wt',
      ],
      ok: [
        'git checkout -B topic origin/main',
        'git worktree add -b x ../wt',
        'git branch -m new',
        'git checkout -b x',
        'git fetch origin main',
        'git fetch origin +refs/heads/*:refs/remotes/origin/*',
      ],
    },
  },
  {
    id: 'git.refs',
    verdict: 'ask',
    programs: git,
    matches: onGit(['update-ref', 'symbolic-ref', 'lfs'], ({ verb, options }) =>
      verb === 'lfs'
        ? options.operands[0]?.text === 'prune' && !options.has('n', 'dry-run')
        : options.operands.length > 1 || options.has('stdin'),
    ),
    reason: 'This moves what a name of git points to, or removes what it kept.',
    saferWay: 'Make a branch with a new name.',
    examples: {
      ng: ['git update-ref refs/heads/main abc', 'git symbolic-ref HEAD refs/heads/x', 'git lfs prune'],
      ok: ['git symbolic-ref HEAD', 'git symbolic-ref --short HEAD', 'git lfs ls-files'],
    },
  },
  {
    id: 'git.tag-delete',
    verdict: 'ask',
    programs: git,
    matches: onGit('tag', ({ options }) => !options.has('l', 'list') && options.has('d', 'delete', 'f', 'force')),
    reason: 'This removes or moves a tag, which others take for fixed.',
    saferWay: 'Make a new tag.',
    examples: {
      ng: ['git tag -d v1.0', 'git tag --delete v1.0', 'git tag -f v1.0'],
      ok: ['git tag v1.0', 'git tag -l', 'git tag -a v1 -m "-d"', 'git tag --list "v*"'],
    },
  },
  {
    id: 'git.rewrite',
    verdict: 'deny',
    programs: ['git', 'git-filter-repo', 'bfg', 'git-filter-branch'],
    matches: (command) => {
      if (command.name !== 'git')
        return !command.args.some(({ text }) => /^--(?:help|dry-run|analyze|version)$/.test(text));
      const call = readGit(command);
      if (call?.verb === 'filter-branch') return true;
      return call?.verb === 'filter-repo' && !call.options.has('dry-run', 'analyze');
    },
    reason: 'This rewrites the history of the whole repository.',
    saferWay: 'Let a person do it on a fresh clone.',
    examples: {
      ng: [
        'git filter-branch --tree-filter "rm x" HEAD',
        'git filter-repo --path src --force',
        'git-filter-repo --invert-paths --path x',
        'bfg --delete-files x',
      ],
      ok: [
        'git filter-repo --dry-run --path src',
        'git filter-repo --analyze',
        'git filter-branch --help',
        'git rebase main',
      ],
    },
  },
  {
    id: 'git.prune',
    verdict: 'deny',
    programs: git,
    matches: onGit(['gc', 'prune', 'repack'], prunesAtOnce),
    reason: 'This removes the commits by which a mistake could be undone.',
    saferWay: 'Plain git gc keeps them for two weeks.',
    examples: {
      ng: [
        'git gc --prune=now',
        'git gc --aggressive --prune=all',
        'git prune',
        'git prune --expire=now',
        'git -c gc.pruneExpire=now gc',
        'git -c gc.reflogExpire=now gc',
        'git repack -a -d --unpack-unreachable=now',
      ],
      ok: [
        'git gc',
        'git gc --auto',
        'git gc --prune=2.weeks.ago',
        'git prune -n',
        'git gc --aggressive',
        'git fetch --prune',
      ],
    },
  },
  {
    id: 'git.reflog',
    verdict: 'deny',
    programs: git,
    matches: onGit('reflog', expiresReflog),
    reason: 'This removes the record by which a mistake could be undone.',
    saferWay: 'Leave it: git forgets old entries by itself.',
    examples: {
      ng: [
        'git reflog expire --expire=now --all',
        'git reflog delete HEAD@{1}',
        'git reflog expire --expire-unreachable=now --a',
      ],
      ok: ['git reflog', 'git reflog show main', 'git reflog expire --dry-run --expire=now --all', 'git reflog expire'],
    },
  },
  {
    id: 'git.delete-ref',
    verdict: 'deny',
    programs: git,
    matches: onGit(['update-ref', 'symbolic-ref', 'replace', 'notes', 'remote', 'bundle'], deletesRef),
    reason: 'This removes a name by which commits are found.',
    saferWay: 'Use git branch -d, or let a person do it.',
    examples: {
      ng: [
        'git update-ref -d refs/heads/main',
        'git symbolic-ref -d HEAD',
        'git replace -d abc',
        'git remote remove origin',
        'git remote rm origin',
        'git update-ref --stdin',
        'git remote prune origin',
      ],
      ok: [
        'git update-ref refs/heads/x abc123',
        'git symbolic-ref HEAD',
        'git remote -v',
        'git remote add fork https://example.com/x.git',
        'git remote prune -n origin',
      ],
    },
  },
];

function deletesRef({ verb, options }: GitCall): boolean {
  const first = options.operands[0]?.text ?? '';
  switch (verb) {
    case 'update-ref':
      return options.has('d', 'delete', 'stdin');
    case 'notes':
      return /^(?:remove|prune)$/.test(first);
    case 'remote':
      return /^(?:remove|rm|prune)$/.test(first) && !options.has('n', 'dry-run');
    case 'replace':
      return options.has('d', 'delete', 'f', 'force');
    default:
      return options.has('d', 'delete');
  }
}
