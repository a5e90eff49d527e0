import type { FileChange } from '../core/agent-action.ts';
import { isOutside } from '../core/agent-action.ts';
import { isAppError } from '../core/errors.ts';
import { readWorktreeFile } from '../workspace/safe-files.ts';
import type { FileRequest } from './read-hook-call.ts';

const maxFileBytes = 5 * 1024 * 1024;
const decoder = new TextDecoder('utf-8', { ignoreBOM: true });

/** What an agent's edits come to, with the files as they are on disk. What does not fit the file is shown as it was sent. */
export async function fileChanges(workDir: string, requests: readonly FileRequest[]): Promise<FileChange[]> {
  const changes: FileChange[] = [];
  for (const request of requests) {
    const oldText = await presentText(workDir, request.path);
    changes.push(...changesOf(request, oldText));
  }
  return changes;
}

/** Null when there is no such file; undefined when it cannot be read as a text. */
export async function presentText(workDir: string, path: string): Promise<string | null | undefined> {
  if (isOutside(path) || path === '') return undefined;
  try {
    return decoder.decode(await readWorktreeFile(workDir, path, maxFileBytes));
  } catch (error) {
    if (!isAppError(error)) throw error;
    return error.code === 'not_found' ? null : undefined;
  }
}

function changesOf(request: FileRequest, oldText: string | null | undefined): FileChange[] {
  const { path } = request;
  switch (request.to) {
    case 'write':
      return [
        { path, oldText: oldText ?? null, newText: request.text, ...(oldText === undefined && { isPart: true }) },
      ];
    case 'delete':
      return [{ path, oldText: oldText ?? '', newText: null }];
    case 'replace': {
      const newText = typeof oldText === 'string' ? replaced(oldText, request.places) : undefined;
      const whole = typeof oldText === 'string' && newText !== undefined;
      const change = whole ? { oldText, newText } : { ...placesAlone(request.places), isPart: true };
      if (request.movedTo === undefined) return [{ path, ...change }];
      return [
        { path, oldText: change.oldText, newText: null },
        { ...change, path: request.movedTo, oldText: null },
      ];
    }
  }
}

type Places = Extract<FileRequest, { to: 'replace' }>['places'];

function replaced(text: string, places: Places): string | undefined {
  let result = text;
  for (const { before, after, everywhere } of places) {
    if (before === '') result = result === '' || result.endsWith('\n') ? `${result}${after}` : `${result}\n${after}`;
    else if (!result.includes(before)) return undefined;
    else if (everywhere) result = result.replaceAll(before, () => after);
    else result = result.replace(before, () => after);
  }
  return result;
}

function placesAlone(places: Places): { oldText: string; newText: string } {
  return {
    oldText: places.map(({ before }) => before).join('\n'),
    newText: places.map(({ after }) => after).join('\n'),
  };
}
