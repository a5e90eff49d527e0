import path from 'node:path';
import { ToolError } from './tool.ts';

/**
 * A path as a model gives it (relative, absolute below the root, with `./`), relative to the project; empty for its root.
 * @throws ToolError for one that leads out of it
 */
export function projectPath(root: string, given: string): string {
  const trimmed = given.trim();
  const absolute = path.posix.resolve(root, trimmed === '' ? '.' : trimmed);
  const relative = path.posix.relative(root, absolute);
  if (relative === '..' || relative.startsWith('../'))
    throw new ToolError(`${given} is outside the project. Give a path relative to the project's root.`);
  return relative;
}
