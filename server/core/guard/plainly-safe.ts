import type { Interpreted, SimpleCommand } from './interpreted.ts';

/**
 * Whether a program only looks at things or adds something beside what is there, so that nothing needs to be kept before it. Whatever
 * runs code of the project, or may replace, move or remove anything, does more.
 */
export function isPlainlySafe({ commands, unresolved, hazards }: Interpreted): boolean {
  return unresolved.length === 0 && hazards.length === 0 && commands.length > 0 && commands.every(isSafe);
}

function isSafe({ name, args, redirects, env }: SimpleCommand): boolean {
  const words = args.map(({ text }) => text);
  const writes = redirects.some(({ kind, target }) => kind !== '<' && target.text !== '/dev/null');
  return !writes && env.size === 0 && (looksOrAdds.has(name) || (name === 'git' && gitAdds(words)));
}

const looksOrAdds: ReadonlySet<string> = new Set(
  `ls cat head tail wc nl pwd echo printf true false test [ : stat du df which basename dirname realpath readlink
  cut tr cmp diff comm grep egrep fgrep cd sleep wait date whoami id uname mkdir file sha256sum md5sum jq nproc ps`.split(
    /\s+/,
  ),
);

/** Commands that add to the index and to the history, or look at them. */
const gitAdding: ReadonlySet<string> = new Set([
  'add',
  'status',
  'diff',
  'log',
  'show',
  'rev-parse',
  'ls-files',
  'blame',
]);

function gitAdds([command = '', ...rest]: readonly string[]): boolean {
  if (command === 'commit') return !rest.some((word) => /^--(?:am|fix|sq)/.test(word));
  return gitAdding.has(command) && !rest.some((word) => /^--(?:ou|op|ex|te)|^-O/.test(word));
}
