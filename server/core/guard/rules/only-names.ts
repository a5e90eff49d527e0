import type { SimpleCommand } from '../interpreted.ts';

/** What a filter leaves of secrets: how many there are, what they are called, whether one is there. */

const counts = new Set(['wc', 'md5sum', 'sha1sum', 'sha256sum', 'sha512sum', 'shasum', 'cksum']);

/** `jq 'keys'`, `jq '.data | keys'`, `jq 'length'`, `jq 'has("x")'`. */
const jqNames =
  /^\s*(?:\.[\w.[\]"-]*\s*\|\s*)?(?:keys(?:_unsorted)?(?:\s*\|\s*\.\[\]|\s*\[\])?|length|has\([^)]*\)|to_entries\s*\|\s*map\(\.key\)|to_entries\s*\[\]\s*\|?\s*\.key)\s*$/;

function leavesNames({ name, args }: SimpleCommand): boolean {
  const words = args.map(({ text }) => text);
  if (counts.has(name)) return true;
  if (/^[efg]?grep$|^rg$/.test(name) && !words.includes('-o'))
    return words.some((word) => /^-[a-zA-Z]*[cq][a-zA-Z]*$|^--(?:count|quiet)$/.test(word));
  if (name === 'jq' || name === 'gojq') return words.some((word) => jqNames.test(word));
  const line = words.join(' ');
  if (/^[efg]?grep$/.test(name) && /^-o ?\^\[\^=\][*+]$/.test(line)) return true;
  if (name === 'cut') return /^-d ?= -f ?1$|^-f ?1 -d ?=$/.test(line);
  if (name === 'sed') return /^(?:-E )?s\/=\.\*(?:\$)?\/=?\/$/.test(line);
  if (name === 'awk' || name === 'gawk') return /^-F ?=\s+\{\s*print \$1;?\s*\}$/.test(line);
  return false;
}

/** Whether all that a command prints goes through such a filter, or nowhere. */
export function onlyNames(command: SimpleCommand, commands: readonly SimpleCommand[]): boolean {
  if (command.redirects.some(({ kind, fd, target }) => kind !== '<' && fd === 1 && target.text === '/dev/null'))
    return true;
  const at = commands.indexOf(command);
  const next = commands.find(({ stdin }) => stdin.kind === 'pipe' && stdin.from.includes(at));
  return next !== undefined && leavesNames(next);
}
