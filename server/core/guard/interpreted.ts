/**
 * What a shell program does, as far as it can be told without running it: the commands that may run, their words after
 * expansion, what they read, and what could not be resolved.
 */
export type Interpreted = {
  /** In the order in which they may run; those of substitutions and of programs given as text included. */
  commands: readonly SimpleCommand[];
  /** What could not be resolved where it decides what runs. Never allowed silently. */
  unresolved: readonly Unresolved[];
  /** What no single command shows: a fork bomb, a loop that starts processes without end. */
  hazards: readonly Hazard[];
  /** Files that the program itself writes, links or copies, by path as `resolvePath` gives it. */
  files: ReadonlyMap<string, FileOrigin>;
};

export type Hazard = { kind: 'fork-bomb' | 'endless-spawn'; what: string };

/** Where the bytes of a file come from, through any number of copies. */
export type FileOrigin = {
  /** Paths it was copied, linked, packed or redirected from. */
  paths: readonly string[];
  /** Something of it came over the network. */
  network: boolean;
  /** Its text, when the program wrote it literally. */
  text: Word | undefined;
  /** Where it leads, when it is a link. */
  link?: string;
};

/** Stands in a word's text for a stretch that is not known (no argument can contain it). */
export const HOLE = '\0';

/**
 * A word after expansion. `text` holds HOLE for each stretch that is not known; glob signs stand as written and
 * `glob` tells that the shell would expand them.
 */
export type Word = {
  text: string;
  glob: boolean;
  /** Where the unknown stretches come from, in order: `$NAME`, `$1`, `$(…)`, `input` (xargs), `<(…)`. */
  holes: readonly string[];
  /** May become several words or none: an unquoted hole, `"$@"`, the input of xargs. */
  splits: boolean;
};

export type Redirect = {
  /** `<>` and `>|` count as `>`; `&>` is `>` with fd 1. */
  kind: '<' | '>' | '>>';
  fd: number;
  target: Word;
};

/** What a command reads on its standard input. */
export type Stdin =
  | { kind: 'inherited' }
  /** A here-document, a here-string or a pipe whose text is known up to its holes. */
  | { kind: 'text'; text: Word }
  | { kind: 'file'; path: Word }
  /** `from` are positions in `Interpreted.commands`, nearest last. */
  | { kind: 'pipe'; from: readonly number[] };

export type SimpleCommand = {
  /** The program's base name in lower case without `.exe`, wrappers taken off: `rm` for `sudo /bin/rm`. Empty: redirections only. Holds HOLE when unknown. */
  name: string;
  /** The program as it would be called, after expansion. */
  program: Word;
  /** The words after the name. */
  args: readonly Word[];
  /** Variables set for this command or exported before it (`A=1 cmd`, `env A=1 cmd`, `export A=1; cmd`). */
  env: ReadonlyMap<string, Word>;
  redirects: readonly Redirect[];
  stdin: Stdin;
  /** Names of the wrappers it came through, outermost first: `sudo`, `bash -c`, `xargs`, `find -exec`, `ssh`, `python`, `$(…)`. */
  via: readonly string[];
  /** Where it runs: absolute, or relative to where the line starts (`.`); undefined when not known. */
  cwd: string | undefined;
  /** Whether it runs depends on something (`&&`, `if`, a loop, a function that may not be called). */
  conditional: boolean;
  background: boolean;
  /** The stretch of the source it comes from, for people. */
  source: string;
};

export type Unresolved = {
  /**
   * `syntax`: the line has no reading; `program`: what runs is not known; `foreign`: what runs comes from the network;
   * `limit`: too long, too many parts, too deep, out of time.
   */
  kind: 'syntax' | 'program' | 'foreign' | 'limit';
  /** In plain words, to be shown to people. */
  what: string;
};
