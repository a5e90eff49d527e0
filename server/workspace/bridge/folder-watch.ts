import { constants, watch, type FSWatcher } from 'node:fs';
import { lstat, open, readdir, type FileHandle } from 'node:fs/promises';

/** More folders than this are not watched one by one, nor deeper ones; whoever asked looks every few seconds then. */
const maxFolders = 20_000;
const maxDepth = 100;
const openFolderFlags = constants.O_RDONLY | constants.O_DIRECTORY | constants.O_NOFOLLOW;

/** Folders that are not watched, each asked for with a slash at its end. */
export type Ignored = { has(folder: string): boolean };

export type FolderWatch = {
  /**
   * Follows the folders that came and went since the last call. What is written into a new folder before that is found by
   * whoever looks at the files afterwards.
   * @param ignored folders not to be watched, each with a slash at its end; asked for only when a new folder is there
   */
  refresh(ignored: () => Promise<Ignored>): Promise<void>;
  /** False when there are too many folders or the system gives out no more watches. */
  isComplete(): boolean;
  folders(): number;
  stop(): void;
};

/** A watched folder and the names of those in it. */
type Watched = { watcher: FSWatcher; ino: bigint; children: Set<string> };
type Skip = (path: string) => Promise<boolean>;

/**
 * Watches a folder and those below it, one watch each: their contents belong to a stranger, so each folder is entered from
 * the one above without following links, and what is watched is the folder that was opened, whatever its name leads to by
 * then. Node's own recursive watching would follow names, and would watch what is ignored. `onChange` hears the path of what changed
 * where the system says it.
 */
export function watchFolders(root: string, onChange: (path: string | undefined) => void): FolderWatch {
  const tree = new WatchTree(onChange);
  return {
    async refresh(ignored) {
      let found: Ignored | undefined;
      const skip: Skip = async (path) => (found ??= await ignored()).has(`${path}/`);
      for (const path of tree.takeDirty()) {
        const parts = path === '' ? [] : path.split('/');
        await reach(root, parts, (folder) => tree.enter(path, folder, skip));
      }
    },
    isComplete: () => tree.isComplete,
    folders: () => tree.size,
    stop: () => tree.drop(''),
  };
}

class WatchTree {
  isComplete = true;
  readonly #watched = new Map<string, Watched>();
  /** Folders in which something came or went, or that did so themselves; '' is the root. */
  readonly #dirty = new Set<string>(['']);
  readonly #onChange: (path: string | undefined) => void;

  constructor(onChange: (path: string | undefined) => void) {
    this.#onChange = onChange;
  }

  get size(): number {
    return this.#watched.size;
  }

  takeDirty(): string[] {
    const paths = [...this.#dirty];
    this.#dirty.clear();
    return paths;
  }

  drop(path: string): void {
    const known = this.#watched.get(path);
    if (!known) return;
    known.watcher.close();
    this.#watched.delete(path);
    for (const name of known.children) this.drop(below(path, name));
  }

  /** Watches a folder that is open, and those in it that are not watched yet. */
  async enter(path: string, folder: FileHandle, skip: Skip): Promise<void> {
    const own = await this.#watch(path, folder);
    if (!own) return;
    const entries = await readdir(inside(folder), { withFileTypes: true });
    const names = new Set(entries.filter((entry) => entry.isDirectory()).map((entry) => entry.name));
    for (const gone of own.children) if (!names.has(gone)) this.drop(below(path, gone));
    own.children = new Set([...own.children].filter((name) => names.has(name)));
    for (const name of names) {
      const child = below(path, name);
      if (child === '.git' || !(await this.#isNew(child, folder, name)) || (await skip(child))) continue;
      own.children.add(name);
      await inFolder(folder, name, (inner) => this.enter(child, inner, skip));
    }
  }

  /** Anew each time: the kernel forgets a watch when its folder goes, and may give the number to the next one. */
  async #watch(path: string, folder: FileHandle): Promise<Watched | undefined> {
    const { ino } = await folder.stat({ bigint: true });
    let known = this.#watched.get(path);
    if (known && known.ino !== ino) {
      this.drop(path);
      known = undefined;
    }
    if (this.#watched.size >= maxFolders || path.split('/').length > maxDepth) this.isComplete = false;
    else {
      const watcher = this.#start(path, folder);
      known?.watcher.close();
      if (watcher) {
        const own = { watcher, ino, children: known?.children ?? new Set<string>() };
        this.#watched.set(path, own);
        return own;
      }
    }
    return undefined;
  }

  #start(path: string, folder: FileHandle): FSWatcher | undefined {
    try {
      const watcher = watch(inside(folder), { persistent: false }, (event, name) => {
        if (event === 'rename') this.#dirty.add(path);
        this.#onChange(name === null ? undefined : below(path, name));
      });
      watcher.on('error', () => {
        this.isComplete = false;
      });
      return watcher;
    } catch {
      // The system has no watches left.
      this.isComplete = false;
      return undefined;
    }
  }

  async #isNew(child: string, parent: FileHandle, name: string): Promise<boolean> {
    const known = this.#watched.get(child);
    if (!known) return true;
    const stats = await lstat(`${inside(parent)}/${name}`, { bigint: true }).catch(() => undefined);
    return stats?.ino !== known.ino;
  }
}

const inside = (folder: FileHandle) => `/proc/self/fd/${folder.fd}`;
const below = (path: string, name: string) => (path === '' ? name : `${path}/${name}`);

/** Opens a folder inside an open one; what is gone or a link by now is left out. */
async function inFolder(parent: FileHandle, name: string, use: (folder: FileHandle) => Promise<void>): Promise<void> {
  const folder = await open(`${inside(parent)}/${name}`, openFolderFlags).catch(() => undefined);
  if (!folder) return;
  try {
    await use(folder);
  } finally {
    await folder.close();
  }
}

async function reach(
  root: string,
  parts: readonly string[],
  use: (folder: FileHandle) => Promise<void>,
): Promise<void> {
  const top = await open(root, openFolderFlags);
  try {
    await descend(top, parts, use);
  } finally {
    await top.close();
  }
}

async function descend(
  folder: FileHandle,
  parts: readonly string[],
  use: (folder: FileHandle) => Promise<void>,
): Promise<void> {
  const [name, ...rest] = parts;
  if (name === undefined) return use(folder);
  await inFolder(folder, name, (inner) => descend(inner, rest, use));
}
