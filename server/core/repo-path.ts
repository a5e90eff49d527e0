import { AppError } from './errors.ts';

/** The longest path, in bytes of UTF-8: what Linux takes (PATH_MAX). */
const maxPathBytes = 4096;
const maxComponentBytes = 255;

/** Code points that HFS+ leaves out when it compares names, so `.g\u200cit` is `.git` there. */
const ignoredByHfs = /[\u200c-\u200f\u202a-\u202e\u206a-\u206f\ufeff]/g;

const utf8Length = (text: string) => new TextEncoder().encode(text).byteLength;

/**
 * Says why a text may not be a path in a repository, or undefined when it may. A path is relative, with `/` between
 * its components; none of them is empty, `.`, `..` or a spelling that some file system takes for `.git`.
 */
export function repoPathProblem(path: string): string | undefined {
  if (path === '') return 'is empty';
  if (!path.isWellFormed()) return 'is not valid Unicode';
  if (path.startsWith('/')) return 'begins with a slash';
  if (utf8Length(path) > maxPathBytes) return `is longer than ${maxPathBytes} bytes`;
  // eslint-disable-next-line no-control-regex -- control characters are what this looks for
  if (/[\u0000-\u001f\u007f]/.test(path)) return 'contains a control character';
  if (path.includes('\\')) return 'contains a backslash';
  for (const component of path.split('/')) {
    const problem = componentProblem(component);
    if (problem) return problem;
  }
  return undefined;
}

function componentProblem(component: string): string | undefined {
  if (component === '') return 'has an empty component';
  if (component === '.' || component === '..') return `has the component "${component}"`;
  if (utf8Length(component) > maxComponentBytes) return `has a name longer than ${maxComponentBytes} bytes`;
  if (isGitFolder(component)) return 'leads into .git';
  return undefined;
}

/** NTFS ignores trailing dots and spaces, knows `.git` as `git~1` too, and takes what follows a colon for a stream. */
function isGitFolder(component: string): boolean {
  const name = component
    .normalize('NFC')
    .replace(ignoredByHfs, '')
    .toLowerCase()
    .split(':', 1)[0]
    ?.replace(/[. ]+$/, '');
  return name === '.git' || name === 'git~1';
}

/** @throws invalid, with the path and the reason */
export function assertRepoPath(path: string): void {
  const problem = repoPathProblem(path);
  if (problem)
    throw new AppError('invalid', `The path ${JSON.stringify(path.slice(0, 200))} ${problem}. Choose another.`);
}

/** Whether `path` is `folder` itself or lies in it. */
export function isWithin(folder: string, path: string): boolean {
  return path === folder || path.startsWith(`${folder}/`);
}
