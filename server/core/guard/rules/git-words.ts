import type { SimpleCommand, Word } from '../interpreted.ts';
import { asksForHelp, readOptions, type Options, type OptionTable } from '../options.ts';
import { perCommand } from '../per-command.ts';

/** A call of git after its global options. */
export type GitCall = {
  verb: string;
  options: Options;
  /** Settings given with `-c`, lower-case key first. */
  settings: readonly (readonly [key: string, value: string])[];
};

const globals: OptionTable = {
  letters: 'Cc',
  valued: ['git-dir', 'work-tree', 'namespace', 'config-env', 'super-prefix', 'attr-source', 'list-cmds'],
  flags: [
    'exec-path',
    'paginate',
    'no-pager',
    'bare',
    'help',
    'version',
    'html-path',
    'no-optional-locks',
    'literal-pathspecs',
    'glob-pathspecs',
  ],
  stopAtOperand: true,
};

/** What each verb's options look like; the first of the flags that an abbreviation fits is meant. */
const tables: Record<string, OptionTable> = {
  push: {
    letters: 'o',
    valued: ['push-option', 'repo', 'receive-pack', 'exec', 'recurse-submodules'],
    flags: [
      'force',
      'force-with-lease',
      'force-if-includes',
      'delete',
      'mirror',
      'prune',
      'dry-run',
      'tags',
      'all',
      'branches',
      'follow-tags',
      'no-verify',
      'set-upstream',
      'no-force',
      'no-delete',
    ],
  },
  reset: {
    letters: 'U',
    valued: ['pathspec-from-file', 'unified', 'inter-hunk-context'],
    flags: ['hard', 'soft', 'mixed', 'merge', 'keep', 'patch', 'quiet', 'intent-to-add'],
  },
  clean: {
    letters: 'e',
    valued: ['exclude'],
    flags: ['force', 'dry-run', 'interactive', 'quiet', 'no-force', 'no-dry-run'],
  },
  checkout: {
    letters: 'bBU',
    valued: ['orphan', 'conflict', 'pathspec-from-file', 'unified', 'inter-hunk-context'],
    flags: [
      'force',
      'patch',
      'track',
      'guess',
      'detach',
      'merge',
      'ours',
      'theirs',
      'recurse-submodules',
      'no-force',
      'no-merge',
      'overlay',
      'ignore-skip-worktree-bits',
      'quiet',
      'progress',
    ],
  },
  restore: {
    letters: 'sU',
    valued: ['source', 'conflict', 'pathspec-from-file', 'unified', 'inter-hunk-context'],
    flags: [
      'staged',
      'worktree',
      'patch',
      'no-staged',
      'no-worktree',
      'no-patch',
      'ours',
      'theirs',
      'merge',
      'recurse-submodules',
      'ignore-unmerged',
      'quiet',
      'overlay',
    ],
  },
  switch: {
    letters: 'cC',
    valued: ['create', 'force-create', 'orphan', 'conflict'],
    flags: ['force', 'discard-changes', 'merge', 'detach', 'guess', 'track', 'recurse-submodules'],
  },
  branch: {
    letters: 'u',
    valued: ['set-upstream-to', 'sort', 'format', 'contains', 'no-contains', 'points-at'],
    flags: ['delete', 'force', 'move', 'copy', 'list', 'merged', 'no-merged', 'edit-description', 'remotes', 'all'],
  },
  tag: {
    letters: 'mFu',
    valued: ['message', 'file', 'local-user', 'sort', 'format'],
    flags: ['delete', 'force', 'list', 'sign', 'annotate', 'verify'],
  },
  commit: {
    letters: 'mFcCtS',
    valued: [
      'message',
      'file',
      'author',
      'date',
      'template',
      'fixup',
      'squash',
      'reuse-message',
      'reedit-message',
      'trailer',
      'cleanup',
    ],
    flags: ['no-verify', 'amend', 'all', 'no-edit', 'allow-empty', 'dry-run'],
  },
  merge: {
    letters: 'mFsX',
    valued: ['message', 'file', 'strategy', 'strategy-option'],
    flags: ['abort', 'continue', 'quit', 'no-verify', 'no-ff', 'squash', 'ff-only'],
  },
  rebase: {
    letters: 'xsXC',
    valued: ['exec', 'onto', 'strategy', 'strategy-option'],
    flags: ['abort', 'continue', 'skip', 'quit', 'interactive', 'autosquash', 'root', 'no-verify'],
  },
  gc: { valued: [], flags: ['prune', 'aggressive', 'auto', 'no-prune', 'force', 'quiet'] },
  prune: { valued: ['expire'], flags: ['dry-run', 'verbose', 'progress'] },
  reflog: {
    valued: ['expire', 'expire-unreachable'],
    flags: ['all', 'dry-run', 'rewrite', 'updateref', 'stale-fix', 'verbose'],
  },
  worktree: { letters: 'bB', valued: ['reason', 'expire'], flags: ['force', 'dry-run', 'detach', 'lock'] },
  'update-ref': { letters: 'm', flags: ['stdin', 'no-deref', 'create-reflog'] },
  rm: { valued: ['pathspec-from-file'], flags: ['cached', 'force', 'dry-run', 'ignore-unmatch', 'quiet', 'sparse'] },
  config: {
    letters: 'f',
    valued: ['file', 'blob', 'type', 'default', 'comment', 'value', 'url'],
    flags: [
      'global',
      'system',
      'local',
      'worktree',
      'get',
      'get-all',
      'get-regexp',
      'get-urlmatch',
      'list',
      'unset',
      'unset-all',
      'add',
      'replace-all',
      'edit',
      'remove-section',
      'rename-section',
      'show-origin',
      'show-scope',
    ],
  },
  'filter-repo': {
    valued: ['path', 'path-glob', 'path-regex', 'invert-paths', 'replace-text', 'mailmap', 'refs'],
    flags: ['dry-run', 'force', 'analyze'],
  },
  stash: {
    letters: 'm',
    valued: ['message', 'pathspec-from-file'],
    flags: ['all', 'include-untracked', 'keep-index', 'staged'],
  },
  fetch: {
    letters: 'jo',
    valued: ['depth', 'upload-pack', 'refmap', 'jobs', 'filter', 'server-option'],
    flags: ['force', 'prune', 'prune-tags', 'all', 'tags', 'dry-run', 'multiple'],
  },
  pull: {
    letters: 'sXj',
    valued: ['depth', 'upload-pack', 'strategy', 'strategy-option', 'jobs'],
    flags: ['force', 'rebase', 'no-rebase', 'ff-only', 'prune', 'no-verify', 'autostash', 'dry-run'],
  },
  clone: {
    letters: 'bocuj',
    valued: [
      'branch',
      'origin',
      'config',
      'depth',
      'upload-pack',
      'template',
      'reference',
      'separate-git-dir',
      'jobs',
      'filter',
    ],
    flags: ['recursive', 'recurse-submodules', 'bare', 'mirror', 'single-branch', 'no-checkout'],
  },
  archive: { letters: 'o', valued: ['format', 'prefix', 'output', 'remote', 'exec', 'add-file'] },
};

/** Reads a call of git; undefined for other programs and for calls that only ask for help. */
export const readGit = perCommand(({ name, args }): GitCall | undefined => {
  if (name !== 'git') return undefined;
  const before = readOptions(args, globals);
  const [verb, ...rest] = before.operands;
  if (!verb || before.has('help', 'version', 'h', 'v') || asksForHelp(rest) || rest.some(({ text }) => text === '-h'))
    return undefined;
  const settings = before.values('c').map(readSetting);
  return { verb: verb.text, options: readOptions(rest, tables[verb.text]), settings };
});

function readSetting({ text }: Word): readonly [string, string] {
  const equals = text.indexOf('=');
  return equals < 0 ? [text.toLowerCase(), 'true'] : [text.slice(0, equals).toLowerCase(), text.slice(equals + 1)];
}

/** A matcher that is asked about calls of one verb. */
export function onGit(verb: string | readonly string[], question: (call: GitCall, command: SimpleCommand) => boolean) {
  return (command: SimpleCommand): boolean => {
    const call = readGit(command);
    return (
      call !== undefined &&
      (typeof verb === 'string' ? call.verb === verb : verb.includes(call.verb)) &&
      question(call, command)
    );
  };
}
