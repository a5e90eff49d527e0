import path from 'node:path';
import { agentWorkRoot } from '../core/agent-work-root.ts';

export type AgentPathResult = { ok: true; path: string } | { ok: false; reason: string };

/**
 * Turns a path an agent gave into one relative to the repository. Agents are not trusted: the path must be absolute,
 * lie below the repository after `.` and `..` are resolved, and not be git's own. Links are not looked at here;
 * whoever opens the path refuses them. An empty result is the repository's root, allowed only with `root`.
 */
export function repositoryPath(given: string, options: { root?: boolean } = {}): AgentPathResult {
  if (given.includes('\0')) return { ok: false, reason: 'a path cannot hold a zero byte' };
  if (given.length > 4096) return { ok: false, reason: 'the path is longer than 4,096 characters' };
  if (!path.posix.isAbsolute(given)) return { ok: false, reason: `${given} is not an absolute path` };
  const relative = path.posix.relative(agentWorkRoot, path.posix.normalize(given));
  if (relative === '..' || relative.startsWith('../')) {
    return { ok: false, reason: `${given} is outside the repository (${agentWorkRoot})` };
  }
  if (relative === '' && options.root !== true) return { ok: false, reason: `${given} is the repository itself` };
  if (relative.split('/').some(isGitName))
    return { ok: false, reason: `${given} belongs to git and is closed to agents` };
  return { ok: true, path: relative };
}

/** Also the spellings that file systems without case, or with short names, take for `.git`. */
function isGitName(part: string): boolean {
  const name = part
    .replaceAll(/[\u200c-\u200f\u202a-\u202e\u206a-\u206f\ufeff]/gu, '')
    .replace(/[. ]+$/, '')
    .toLowerCase();
  return name === '.git' || name === 'git~1' || name.startsWith('.git::$') || name.startsWith('.git:');
}
