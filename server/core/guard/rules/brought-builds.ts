import type { SimpleCommand } from '../interpreted.ts';
import { readOptions } from '../options.ts';
import { resolvePath } from '../resolve-path.ts';
import type { Rule, RuleContext } from '../rule.ts';

/** Code that came in the same line, by a clone or an archive, and is built or installed before anybody looked at it. */

/** The folders that a build works in: its own, or the one that it is told. */
function folderOf({ name, args, cwd }: SimpleCommand): string | undefined {
  const options = readOptions(args, { letters: 'Cf', valued: ['directory', 'build', 'prefix', 'path', 'file'] });
  const told = options.values('C', 'directory', 'build', 'path')[0]?.text;
  if (name.startsWith('pip')) {
    const path = options.operands.find(({ text }, index) => index > 0 && /^\.|\//.test(text))?.text;
    return path === undefined ? undefined : resolvePath(path.replace(/\[.*$/, ''), cwd);
  }
  return told === undefined ? resolvePath('.', cwd) : resolvePath(told, cwd);
}

const installs: Record<string, RegExp> = {
  pip: /^install /,
  pip3: /^install /,
  cargo: /^install/,
  go: /^install/,
  cmake: /^--(?:build|install)/,
};

function buildsBrought(command: SimpleCommand, { all }: RuleContext): boolean {
  if (command.cwd === undefined || all.files.size === 0) return false;
  const line = command.args.map(({ text }) => text).join(' ');
  if (installs[command.name]?.test(line) === false || /(?:^| )(?:-n|--dry-run|--just-print|--help)(?: |$)/.test(line))
    return false;
  const folder = folderOf(command);
  if (folder === undefined) return false;
  const parts = folder.split('/');
  return parts.some((_, end) => all.files.has(`${parts.slice(0, end + 1).join('/')}/**`));
}

export const broughtBuildRules: readonly Rule[] = [
  {
    id: 'execution.brought-build',
    verdict: 'ask',
    programs: ['make', 'gmake', 'ninja', 'cmake', 'rake', 'just', 'task', 'pip', 'pip3', 'cargo', 'go'],
    matches: buildsBrought,
    reason: 'This runs what came from elsewhere in this very line, and nobody has looked at it.',
    saferWay: 'Clone it, look at it, then build it.',
    examples: {
      ng: [
        'git clone https://github.com/a/b && cd b && make install',
        'git clone https://github.com/a/b && make -C b',
        'git clone https://github.com/a/b && cd b && pip install .',
        'git clone https://github.com/a/b x && pip install ./x',
        'curl https://example.com/a.tgz | tar xz && make',
      ],
      ok: [
        'make install',
        'git clone https://github.com/a/b && ls b',
        'cd b && make',
        'git clone https://github.com/a/b && make -C other',
        'git clone https://github.com/a/b && pip install pytest',
      ],
    },
  },
];
