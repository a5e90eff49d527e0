import { AppError, isAppError } from '../core/errors.ts';
import { assertObjectId, git, gitError } from './git.ts';

export type GrepQuery = {
  text: string;
  /** A Perl-compatible regular expression; the literal text otherwise. */
  isRegex: boolean;
  matchCase: boolean;
  wholeWord: boolean;
  /** Globs as in .gitignore without `!`: `*.ts`, `src/**`; all files when empty. */
  include: readonly string[];
  exclude: readonly string[];
  maxMatches: number;
};

/** `line` and `column` count from 1; `column` in UTF-16 units of `text`, which is cut to what fits a list. */
export type GrepMatch = { path: string; line: number; column: number; text: string };

const timeoutMs = 15_000;
const maxOutputBytes = 32 * 1024 * 1024;
const maxPerFile = 200;
const maxTextLength = 400;

/**
 * Searches the text files of a commit; binary ones are left out.
 * @throws AppError `invalid` for a regular expression that does not parse, `too_large` or `unavailable` when the search is
 *   too broad, `conflict` when it was cancelled
 */
export async function grepCommit(
  repo: string,
  commit: string,
  search: GrepQuery & { signal?: AbortSignal | undefined },
): Promise<{ matches: GrepMatch[]; truncated: boolean }> {
  assertObjectId(commit);
  const result = await git('grep', [...grepArguments(search), commit, '--', ...pathspecs(search)], {
    repo,
    signal: search.signal,
    timeoutMs,
    maxOutputBytes,
  }).catch((error: unknown) => {
    if (!isAppError(error) || error.code === 'conflict') throw error;
    throw new AppError(
      'too_large',
      'The search finds too much or takes too long. Narrow it by a longer text or by files.',
      {
        cause: error,
      },
    );
  });
  // 1: nothing found. Anything else that is not 0 is a failure.
  if (result.code > 1) throw grepError(result);
  return readMatches(result.stdout, { prefix: `${commit}:`, max: search.maxMatches });
}

function grepArguments(search: GrepQuery): string[] {
  const args = [
    '-z',
    '-n',
    '--column',
    '-I',
    '--full-name',
    '--no-color',
    '--no-textconv',
    '--threads=2',
    `--max-count=${maxPerFile}`,
  ];
  args.push(search.isRegex ? '-P' : '-F');
  if (!search.matchCase) args.push('-i');
  if (search.wholeWord) args.push('-w');
  return [...args, '-e', search.text];
}

function pathspecs(search: GrepQuery): string[] {
  const spec = (glob: string) => (glob.includes('/') ? glob.replace(/^\/+/, '') : `**/${glob}`);
  const included = search.include.map((glob) => `:(top,glob)${spec(glob)}`);
  return [
    ...(included.length > 0 ? included : [':(top)']),
    ...search.exclude.map((glob) => `:(top,exclude,glob)${spec(glob)}`),
  ];
}

function grepError(result: { code: number; stderr: string }): Error {
  const pattern = /^fatal: (?:-e|command line)[^,]*, ?(?:'.*':)? ?(.+)$|^fatal: .*(?:regex|pattern).*$/im.exec(
    result.stderr,
  );
  if (pattern || /pcre|regexp|unmatched|missing|quantifier|bracket/i.test(result.stderr))
    return new AppError('invalid', 'The regular expression cannot be read. Correct it, or search for the plain text.', {
      cause: gitError('grep', result),
    });
  return gitError('grep', result);
}

function readMatches(
  out: Buffer,
  wanted: { prefix: string; max: number },
): { matches: GrepMatch[]; truncated: boolean } {
  const matches: GrepMatch[] = [];
  let offset = 0;
  while (offset < out.length) {
    if (matches.length === wanted.max) return { matches, truncated: true };
    const name = field(out, { from: offset, end: 0 });
    const line = field(out, { from: name.next, end: 0 });
    const column = field(out, { from: line.next, end: 0 });
    const text = field(out, { from: column.next, end: 0x0a });
    offset = text.next;
    matches.push({
      path: name.bytes.toString('utf8').slice(wanted.prefix.length),
      line: Number(line.bytes.toString('latin1')),
      ...shortened(text.bytes, Number(column.bytes.toString('latin1')) - 1),
    });
  }
  return { matches, truncated: false };
}

function field(out: Buffer, at: { from: number; end: number }): { bytes: Buffer; next: number } {
  const found = out.indexOf(at.end, at.from);
  const until = found === -1 ? out.length : found;
  return { bytes: out.subarray(at.from, until), next: until + 1 };
}

/** The line, or the part of a long one around the match. git counts bytes; editors count UTF-16 units. */
function shortened(bytes: Buffer, offsetBytes: number): { text: string; column: number } {
  const before = bytes.subarray(0, offsetBytes).toString('utf8').length;
  const whole = bytes.toString('utf8').replace(/\r$/, '');
  return { text: whole.length > maxTextLength ? whole.slice(0, maxTextLength) : whole, column: before + 1 };
}
