import type { ProjectCommands } from '../../db/schema/project.ts';
import { commandFiles, detectCommands } from './detect-commands.ts';
import { readBlobs, readTree } from './git-objects.ts';

/** Longer files are not looked into. */
const maxBytes = 1024 * 1024;

/** The commands that the files of a commit name. */
export async function readCommands(repo: string, commit: string): Promise<ProjectCommands> {
  const top = (await readTree(repo, commit)).filter((entry) => entry.type === 'blob' && !entry.path.includes('/'));
  const wanted = top.filter((entry) => commandFiles.includes(entry.path) && entry.mode !== '120000');
  const blobs = await readBlobs(
    repo,
    wanted.map((entry) => entry.oid),
    { maxBytesEach: maxBytes },
  );
  const texts = new Map<string, string>();
  for (const entry of wanted) {
    const bytes = blobs.get(entry.oid)?.bytes;
    if (bytes) texts.set(entry.path, new TextDecoder().decode(bytes));
  }
  return detectCommands({ names: new Set(top.map((entry) => entry.path)), texts });
}
