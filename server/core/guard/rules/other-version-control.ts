import { readOptions } from '../options.ts';
import type { Rule } from '../rule.ts';

const discards: Record<string, RegExp> = {
  hg: /^(?:strip|purge|revert|rollback|histedit|debugstrip|prune|uncommit)$/,
  svn: /^(?:revert|cleanup|delete|rm|del|remove)$/,
  jj: /^(?:abandon|restore|undo)$/,
  p4: /^(?:revert|obliterate|delete|clean)$/,
  fossil: /^(?:revert|clean|purge|undo)$/,
  bzr: /^(?:revert|uncommit|clean-tree)$/,
  sl: /^(?:revert|purge|hide|clean)$/,
};

export const otherVersionControlRules: readonly Rule[] = [
  {
    id: 'vcs.discard',
    verdict: 'ask',
    programs: Object.keys(discards),
    matches: ({ name, args }) => {
      const options = readOptions(args, { letters: 'R', valued: ['config', 'repository', 'cwd', 'encoding'] });
      const [verb, second] = options.operands.map(({ text }) => text);
      if (options.has('n', 'dry-run', 'p', 'print')) return false;
      if (name === 'jj' && verb === 'op') return second === 'restore' || second === 'undo' || second === 'abandon';
      if (/^(?:update|up|co|checkout|push)$/.test(verb ?? '')) return options.has('C', 'clean', 'f', 'force');
      return discards[name]?.test(verb ?? '') ?? false;
    },
    reason: 'This throws away changes or rewrites history.',
    saferWay: 'Commit or shelve what is there first.',
    examples: {
      ng: [
        'hg update -C',
        'hg strip tip',
        'svn revert -R .',
        'jj abandon',
        'hg push -f',
        'p4 revert ...',
        'jj op restore abc',
      ],
      ok: ['hg status', 'svn update', 'jj log', 'hg commit -m "revert"', 'hg purge -p'],
    },
  },
];
