import { gitOk } from './git.ts';

/** With fewer loose objects a repository is quick enough, and packing it would cost more than it brings. */
const worthPacking = 2_000;
const longestMs = 10 * 60_000;

/**
 * Puts loose objects into packs that grow by doubling, so that old packs are seldom written again. Nothing is deleted that
 * is not in a pack: commits that only a person's undo still names stay.
 * @returns whether there was enough to pack
 */
export async function repackRepository(repo: string, from = worthPacking): Promise<boolean> {
  if ((await countLoose(repo)) < from) return false;
  await gitOk('repack', ['-d', '-l', '-q', '--geometric=2'], {
    repo,
    timeoutMs: longestMs,
    config: [
      ['pack.threads', '1'],
      ['pack.windowMemory', '64m'],
    ],
  });
  return true;
}

export async function countLoose(repo: string): Promise<number> {
  return Number.parseInt((await gitOk('count-objects', [], { repo })).toString('utf8'), 10);
}
