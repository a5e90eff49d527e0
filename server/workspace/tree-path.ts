import { AppError } from '../core/errors.ts';

const maxPathBytes = 4096;
const maxPartBytes = 255;
/** Code points that HFS+ leaves out of names, so that `.g\u200cit` names the same folder as `.git`. */
const invisibleOnHfs = /[\u200c-\u200f\u202a-\u202e\u206a-\u206f\ufeff]/gu;

/**
 * Why a path may not be written into a tree or a worktree, or undefined when it may: relative, `/` between the parts, no
 * `.` or `..`, no control characters, and no part that any file system in use would take for `.git`.
 */
export function treePathProblem(path: string): string | undefined {
  if (path === '') return 'is empty';
  if (Buffer.byteLength(path) > maxPathBytes) return `is longer than ${maxPathBytes} bytes`;
  // oxlint-disable-next-line no-control-regex -- control characters are what is looked for
  if (/[\u0000-\u001f\u007f]/u.test(path)) return 'contains a control character';
  if (!path.isWellFormed()) return 'is not valid Unicode';
  if (path.startsWith('/')) return 'is absolute';
  for (const part of path.split('/')) {
    const problem = partProblem(part);
    if (problem) return problem;
  }
  return undefined;
}

/** @throws AppError `invalid` when the path may not be written */
export function assertTreePath(path: string): void {
  const problem = treePathProblem(path);
  if (problem) {
    throw new AppError('invalid', `The path ${JSON.stringify(path.slice(0, 200))} ${problem}. Choose another path.`);
  }
}

function partProblem(part: string): string | undefined {
  if (part === '') return 'has an empty part';
  if (part === '.' || part === '..') return `contains "${part}"`;
  if (Buffer.byteLength(part) > maxPartBytes) return `has a part longer than ${maxPartBytes} bytes`;
  if (namesGitFolder(part)) return 'leads into git’s own folder';
  return undefined;
}

/** Windows splits at backslashes, ignores dots and spaces at the end, cuts at a colon and knows `.git` as `git~1`. */
function namesGitFolder(part: string): boolean {
  return part.split('\\').some((piece) => {
    const seen = piece
      .replace(invisibleOnHfs, '')
      .toLowerCase()
      .replace(/:.*$/su, '')
      .replace(/[. ]+$/u, '');
    return seen === '.git' || seen === 'git~1';
  });
}
