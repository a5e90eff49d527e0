import { HOLE, type SimpleCommand, type Word } from './interpreted.ts';
import type { GuardFacts } from './verdict.ts';

/**
 * Where a path leads, by what would be lost there: `everything` is the root or the folders of the system, `home` a home folder
 * itself, `worktree` the project's folder itself or one around it, `git` its history, `build` what is made again by a build,
 * `inside` the rest of the project, `temp` below a folder for temporary files, `outside` any other place.
 */
export type Scope =
  | 'everything'
  | 'device'
  | 'home'
  | 'worktree'
  | 'git'
  | 'build'
  | 'inside'
  | 'temp'
  | 'outside'
  | 'unknown';

export type Place = {
  scope: Scope;
  /** Relative to the worktree, where it lies inside. */
  path: string | undefined;
  /** Names all that a folder holds (`*`). */
  whole: boolean;
};

const homeHoles = new Set(['$HOME', '${HOME}', '~', '$USERPROFILE']);
const tempHoles = new Set(['$TMPDIR', '$TMP', '$TEMP', '$RUNNER_TEMP', '$TEMPDIR']);
const hereHoles = new Set(['$PWD', '$(pwd)']);

/** Where a word leads when a command takes it for a path. */
export function placeOf(word: Word, command: Pick<SimpleCommand, 'cwd'>, facts: GuardFacts): Place {
  const { text } = word;
  if (text.startsWith(HOLE)) return placeOfHole(word, command, facts);
  if (/^~(?:\/|$)/.test(text)) return placeBelow('~', text.slice(1), facts);
  if (/^~[a-z+-]/i.test(text)) return place('outside');
  if (/^[a-z]:[\\/]?/i.test(text)) return windowsPlace(text);
  if (text.startsWith('/')) return absolutePlace(text, facts);
  return relativePlace(text, command, facts);
}

function placeOfHole(word: Word, command: Pick<SimpleCommand, 'cwd'>, facts: GuardFacts): Place {
  const [hole = ''] = word.holes;
  const rest = word.text.slice(1);
  if (rest !== '' && !rest.startsWith('/')) return place('unknown');
  if (homeHoles.has(hole)) return placeBelow('~', rest, facts);
  if (tempHoles.has(hole)) return /[^/.*]/.test(rest) && !climbs(rest) ? place('temp') : place('outside');
  if (hereHoles.has(hole)) return relativePlace(`.${rest}`, command, facts);
  if (hole.startsWith('$(mktemp')) return place('temp');
  return place('unknown');
}

/** A path below the home folder, whose own path need not be known. */
function placeBelow(home: '~', rest: string, facts: GuardFacts): Place {
  if (facts.home !== undefined) return absolutePlace(facts.home + rest, facts);
  const parts = normalise(`/${home}${rest}`);
  if (parts[0] !== home) return place('everything');
  const below = parts.slice(1);
  if (below.length === 0 || isWholeFolder(below[0] ?? '')) return place('home');
  return place('outside');
}

const drives = /^[a-z]:[\\/]?(?:windows|program files.*|users)?[\\/*]*$/i;

function windowsPlace(text: string): Place {
  return place(drives.test(text) ? 'everything' : 'outside');
}

const systemFolders = new Set([
  'bin',
  'boot',
  'dev',
  'etc',
  'lib',
  'lib32',
  'lib64',
  'libx32',
  'opt',
  'proc',
  'root',
  'run',
  'sbin',
  'srv',
  'sys',
  'usr',
  'var',
  'snap',
  'nix',
  'System',
  'Library',
  'Applications',
  'Volumes',
  'cores',
  'private',
]);
const homeParents = new Set(['home', 'Users']);

function absolutePlace(text: string, facts: GuardFacts): Place {
  const parts = normalise(text);
  const worktree = facts.worktree ?? facts.cwd;
  const inside = worktree === undefined ? undefined : insideOf(parts, normalise(worktree));
  if (inside) return inside;
  const isHome = facts.home !== undefined && sameParts(withoutWhole(parts), normalise(facts.home));
  return isHome ? place('home') : machinePlace(parts);
}

/** Where a path lies on the machine, whatever the project is. */
function machinePlace(parts: readonly string[]): Place {
  const [first, second] = parts;
  if (first === undefined || isGlob(first)) return place('everything');
  if (isTemp(parts)) return place('temp');
  if (first === 'dev') return devicePlace(parts);
  if (homeParents.has(first)) return homePlace(parts);
  if (first === 'root' && (second === undefined || isWholeFolder(second))) return place('home');
  return place(systemFolders.has(first) ? 'everything' : 'outside');
}

/** `/home` is everybody's, `/home/ana` somebody's home. */
function homePlace(parts: readonly string[]): Place {
  const deep = withoutWhole(parts);
  if (deep.length === 1) return place('everything');
  return place(deep.length === 2 ? 'home' : 'outside');
}

const harmlessDevices = new Set([
  'null',
  'zero',
  'full',
  'stdin',
  'stdout',
  'stderr',
  'tty',
  'fd',
  'random',
  'urandom',
  'ptmx',
  'pts',
  'tcp',
  'udp',
  'shm',
]);

function devicePlace(parts: readonly string[]): Place {
  const [, name] = parts;
  return place(name !== undefined && harmlessDevices.has(name) ? 'temp' : name === undefined ? 'everything' : 'device');
}

function isTemp(parts: readonly string[]): boolean {
  const below = tempFolders.find((folder) => folder.every((part, index) => parts[index] === part));
  const name = below && parts[below.length];
  return name !== undefined && !isWholeFolder(name);
}

const tempFolders = [
  ['tmp'],
  ['var', 'tmp'],
  ['private', 'tmp'],
  ['private', 'var', 'tmp'],
  ['dev', 'shm'],
  ['var', 'folders'],
];

function relativePlace(text: string, command: Pick<SimpleCommand, 'cwd'>, facts: GuardFacts): Place {
  if (command.cwd === undefined) return place('unknown');
  const base = command.cwd.startsWith('/')
    ? command.cwd
    : facts.cwd === undefined
      ? undefined
      : `${facts.cwd}/${command.cwd}`;
  if (base !== undefined) return absolutePlace(`${base}/${text}`, facts);
  const path = `${command.cwd}/${text}`;
  if (climbs(path)) return place('outside');
  return insideOf(normalise(path), []) ?? place('inside');
}

/** Folders that a build makes again, by name. */
export const buildFolders: ReadonlySet<string> = new Set([
  'node_modules',
  'dist',
  'build',
  'out',
  'target',
  'coverage',
  '.next',
  '.nuxt',
  '.turbo',
  '.cache',
  '.parcel-cache',
  '.vite',
  '.svelte-kit',
  '__pycache__',
  '.pytest_cache',
  '.mypy_cache',
  '.ruff_cache',
  '.tox',
  '.nox',
  '.venv',
  'venv',
  '.gradle',
  '.eggs',
  'htmlcov',
  '.nyc_output',
  '.output',
  '.angular',
  'test-results',
  'playwright-report',
  'cmake-build-debug',
  'cmake-build-release',
  'bazel-bin',
  'bazel-out',
  'DerivedData',
  '.dart_tool',
  '_build',
  'tmp',
  '.tmp',
  '.terraform',
  '.serverless',
  '.vercel',
  '.netlify',
  '.docusaurus',
  '.expo',
  '.astro',
  'storybook-static',
  '.eslintcache',
  '.coverage',
  '.stylelintcache',
  '.ipynb_checkpoints',
  '.sass-cache',
  '.jekyll-cache',
  '.stack-work',
  'dist-newstyle',
  'elm-stuff',
  'zig-cache',
  '.zig-cache',
  'zig-out',
  'CMakeFiles',
  'bower_components',
  'jspm_packages',
  'Pods',
  '.pnpm-store',
  '.webpack',
  '.rollup.cache',
  '.swc',
  '.pytype',
  '.hypothesis',
  '.phpunit.cache',
  '.bloop',
  '.metals',
  '.kotlin',
]);
const buildFiles =
  /(?:\.(?:pyc|pyo|class|o|a|lo|obj|gcda|gcno|tsbuildinfo|egg-info|log|tmp|swp|orig|rej|pid|prof|gcov|heapsnapshot)|^(?:nohup|a|cover|coverage)\.out|^\.coverage(?:\.[\w.-]+)?|^coverage\.(?:xml|json|lcov)|^lcov\.info|^junit\.xml|^Thumbs\.db|^CMakeCache\.txt|^\.phpunit\.result\.cache|^core\.(?:\d|\[)[^/]*|^(?:package-lock\.json|yarn\.lock|pnpm-lock\.yaml|npm-shrinkwrap\.json|bun\.lockb?)|^\.DS_Store|^\.(?:eslint|prettier|stylelint)cache)$/;

/** Where a path lies in a folder that is a worktree; undefined when it does not. */
function insideOf(parts: readonly string[], folder: readonly string[]): Place | undefined {
  if (parts.length < folder.length)
    return sameParts(parts, folder.slice(0, parts.length)) && parts.length > 1 ? place('worktree') : undefined;
  if (!sameParts(parts.slice(0, folder.length), folder)) return undefined;
  const below = parts.slice(folder.length);
  const named = withoutWhole(below);
  const whole = named.length < below.length;
  const path = named.join('/');
  if (named.length === 0) return { scope: 'worktree', path: '', whole };
  if (named[0] === '.git') return { scope: 'git', path, whole };
  const builds = named.some((part) => buildFolders.has(part)) || buildFiles.test(named.at(-1) ?? '');
  return { scope: builds ? 'build' : 'inside', path, whole };
}

function sameParts(a: readonly string[], b: readonly string[]): boolean {
  return a.length === b.length && a.every((part, index) => part === b[index]);
}

/** `.` and `..` taken away; `..` above the beginning is lost, as at the root. */
function normalise(path: string): string[] {
  const parts: string[] = [];
  for (const part of path.split('/')) {
    if (part === '' || part === '.') continue;
    if (part === '..') parts.pop();
    else parts.push(part);
  }
  return parts;
}

/** Whether a relative path leaves the folder that it starts in. */
export function climbs(path: string): boolean {
  let depth = 0;
  for (const part of path.split('/')) {
    if (part === '..') depth -= 1;
    else if (part !== '' && part !== '.') depth += 1;
    if (depth < 0) return true;
  }
  return false;
}

function isWholeFolder(part: string): boolean {
  return /^(?:\*+|\.\*|\.\[.*\]\*|\?\*|\*\?|\{.*\*.*\})$/.test(part);
}

function isGlob(part: string): boolean {
  return /[*?[{]/.test(part);
}

function withoutWhole(parts: readonly string[]): readonly string[] {
  return isWholeFolder(parts.at(-1) ?? '') ? withoutWhole(parts.slice(0, -1)) : parts;
}

function place(scope: Scope): Place {
  return { scope, path: undefined, whole: false };
}
