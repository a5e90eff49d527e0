import type { Word } from '../interpreted.ts';
import { sliceWord } from '../word.ts';
import { runMaybe, type Call } from './state.ts';

/** Options and words whose value a program hands to a shell. */

type Place =
  /** The value of an option, attached or in the next word. */
  | { option: string }
  /** What follows this text in any word. */
  | { inside: string };

const opt = (...names: string[]): Place[] => names.map((option) => ({ option }));
const inside = (...texts: string[]): Place[] => texts.map((text) => ({ inside: text }));

const places: Record<string, readonly Place[]> = {
  tar: [...opt('-I', '--use-compress-program', '--to-command', '-F', '--info-script', '--new-volume-script', '--rsh-command', '--rmt-command'), ...inside('--checkpoint-action=exec=')],
  rsync: opt('-e', '--rsh', '--rsync-path'),
  ssh: inside('ProxyCommand=', 'LocalCommand=', 'KnownHostsCommand=', 'ProxyCommand ', 'LocalCommand '),
  scp: [...inside('ProxyCommand=', 'LocalCommand='), ...opt('-S')],
  sftp: [...inside('ProxyCommand=', 'LocalCommand='), ...opt('-S')],
  man: opt('-P', '--pager', '-H'),
  script: opt('-c', '--command'),
  su: opt('-c', '--command', '--session-command'),
  runuser: opt('-c', '--command', '--session-command'),
  sg: opt('-c'),
  flock: opt('-c', '--command'),
  'nix-shell': opt('--run', '--command'),
  nix: opt('--run', '--command'),
  npm: opt('-c', '--call'),
  npx: opt('-c', '--call'),
  pnpm: opt('-c', '--shell-mode'),
  ncat: opt('--sh-exec', '--exec', '-c', '-e'),
  nc: opt('-c', '-e'),
  netcat: opt('-c', '-e'),
  socat: inside('EXEC:', 'SYSTEM:', 'exec:', 'system:', 'SHELL:'),
  zip: opt('-TT', '--unzip-command'),
  sort: opt('--compress-program'),
  split: opt('--filter'),
  entr: opt('-s'),
  watchexec: opt('--shell-command'),
  nodemon: opt('--exec', '-x'),
  chokidar: opt('-c', '--command'),
  vagrant: opt('-c', '--command'),
  gcloud: opt('--command'),
  fly: opt('-C', '--command'),
  flyctl: opt('-C', '--command'),
  doppler: opt('--command'),
  infisical: opt('--command'),
  lando: opt('-c'),
  mapfile: opt('-C'),
  readarray: opt('-C'),
  'gnome-terminal': opt('--command'),
  wezterm: opt('-e'),
  lftp: inside('!'),
  ftp: inside('!'),
  sqlite3: inside('.shell ', '.system '),
  psql: inside('\\! '),
  mysql: inside('\\! ', 'system '),
  gdb: inside('shell ', '!'),
  lldb: inside('platform shell '),
  less: inside('+!'),
  rg: opt('--pre', '--hostname-bin'),
  fzf: opt('--preview', '--execute'),
  wget: opt('--use-askpass'),
  make: [...inside('--eval=$(shell ', 'SHELL='), ...opt('--eval', '-E')],
  gcc: inside('-wrapper '),
  hyperfine: opt('--prepare', '-p', '--setup', '-s', '--cleanup', '-c', '--conclude'),
  docker: opt('--health-cmd'),
  borg: opt('--rsh'),
  bind: opt('-x'),
  complete: opt('-C'),
}; // prettier-ignore

/** Runs, besides the program itself, what it is told to run. */
export function programOptions(call: Call): void {
  const known = Object.hasOwn(places, call.name) ? places[call.name] : undefined;
  if (known === undefined) return;
  for (const text of known.flatMap((place) => valuesOf(call.args, place)))
    runMaybe(
      call.shell,
      (way) => void way.walk.program({ ...call, shell: way }, { text, via: call.name, positional: [] }),
    );
}

function valuesOf(args: readonly Word[], place: Place): Word[] {
  return args.flatMap((arg, index) => {
    if ('inside' in place) {
      const at = arg.text.indexOf(place.inside);
      return at < 0 ? [] : [unquoted(sliceWord(arg, at + place.inside.length))];
    }
    return optionAt(args, index, place.option);
  });
}

function optionAt(args: readonly Word[], index: number, name: string): Word[] {
  const arg = args[index];
  const next = args[index + 1];
  if (arg === undefined) return [];
  if (arg.text.startsWith(`${name}=`)) return [sliceWord(arg, name.length + 1)];
  const isLetter = /^-[a-zA-Z]$/.test(name);
  if (arg.text === name || (isLetter && /^-[a-zA-Z]+$/.test(arg.text) && arg.text.endsWith(name.slice(1))))
    return next === undefined ? [] : [next];
  return isLetter && arg.text.startsWith(name) && arg.text.length > 2 && !arg.text.startsWith('--')
    ? [sliceWord(arg, 2)]
    : [];
}

/** A program may take quotes off once more. */
function unquoted(word: Word): Word {
  const match = /^(['"])([^]*)\1$/.exec(word.text);
  return match === null ? word : sliceWord(word, 1, word.text.length - 1);
}
