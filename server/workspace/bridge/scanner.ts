import { AppError } from '../../core/errors.ts';
import { assertObjectId } from '../git.ts';
import { importObjects } from '../git-pack.ts';
import { spawnInSandbox, type SandboxProcess } from '../sandbox.ts';
import { cleanRepository, objectsMount, worktreeError, type Worktree } from '../worktree.ts';
import { FramedReader } from './framed-reader.ts';

/**
 * Looks at a worktree again and again while a command writes in it. git runs in a box that sees the files read-only and
 * keeps its own list of them, so that a look costs what has changed. What is ignored, what is a link, what cannot be read:
 * git decides it as it does for a snapshot, and never outside the box.
 */
export type Scanner = {
  /**
   * The files on disk now as a tree that lies in the project's repository.
   * @param known a commit or tree of the repository that most of it is like
   * @throws AppError `too_large` when the changed files are larger than `maxScanBytes`
   */
  scan(known: string): Promise<Scan>;
  /** Folders below which git ignores everything, each with a slash at its end. */
  ignoredFolders(): Promise<Set<string>>;
  /** The bytes that a checkout would write for a file. */
  show(oid: string, path: string): Promise<Buffer>;
  stop(): Promise<void>;
};

export type Scan = {
  tree: string;
  /** Whether files of the repository say that what lies on disk is not what is committed, as with line ends. */
  hasAttributes: boolean;
};

/** What is larger waits for the end of the command. */
export const maxScanBytes = 64 * 1024 * 1024;
const replyTimeoutMs = 60_000;

const serve = `${cleanRepository}
if [ ! -f /tmp/index ]; then git read-tree "$1"; fi
while IFS= read -r line; do
  word=\${line%% *}
  rest=\${line#* }
  case $word in
    scan)
      find /tmp/git/objects -mindepth 1 -maxdepth 1 -name '??' -exec rm -rf {} +
      git -c core.safecrlf=false -c advice.addEmbeddedRepo=false add -A --ignore-errors 2>/dev/null
      tree=$(git write-tree)
      printf '%s\\n^%s\\n' "$tree" "$rest" | git pack-objects --revs --thin --stdout --delta-base-offset -q > /tmp/reply
      attributes=plain
      if [ -n "$(git ls-files ':(glob)**/.gitattributes')" ]; then attributes=attributes; fi
      printf '%s %s %s\\n' "$tree" "$attributes" "$(stat -c %s /tmp/reply)" ;;
    ignored)
      git ls-files --others --ignored --exclude-standard --directory -z > /tmp/reply
      printf '%s\\n' "$(stat -c %s /tmp/reply)" ;;
    show)
      git cat-file --filters --path="\${rest#* }" "\${rest%% *}" > /tmp/reply
      printf '%s\\n' "$(stat -c %s /tmp/reply)" ;;
  esac
  cat /tmp/reply
done
`;

export function openScanner(worktree: Worktree, commit: string): Scanner {
  assertObjectId(commit);
  const box = new ScanBox(worktree, commit);
  return {
    async scan(known) {
      const { words, bytes } = await box.ask(`scan ${known}`);
      const [tree = '', attributes] = words;
      await importObjects(worktree.repo, bytes, { tips: [tree], known: [known], maxBytes: maxScanBytes });
      return { tree, hasAttributes: attributes === 'attributes' };
    },
    async ignoredFolders() {
      const { bytes } = await box.ask('ignored');
      const entries = bytes.toString('utf8').split('\0');
      return new Set(entries.filter((entry) => entry.endsWith('/')));
    },
    async show(oid, path) {
      return (await box.ask(`show ${oid} ${path}`)).bytes;
    },
    stop: () => box.stop(),
  };
}

class ScanBox {
  readonly #box: SandboxProcess;
  readonly #reader: FramedReader;
  #stderr = '';

  constructor(worktree: Worktree, commit: string) {
    this.#box = spawnInSandbox(
      {
        work: { path: worktree.workDir, writable: false },
        readOnly: [objectsMount(worktree), [`${worktree.root}/index`, '/index']],
        env: { GIT_CONFIG_GLOBAL: '/dev/null', LC_ALL: 'C.UTF-8' },
        tmpSizeBytes: maxScanBytes * 4,
      },
      ['sh', '-c', serve, 'sh', commit],
    );
    this.#reader = new FramedReader(this.#box.stdout);
    this.#box.stderr.on('data', (chunk: Buffer) => {
      this.#stderr = (this.#stderr + chunk.toString('utf8')).slice(-4_000);
    });
  }

  /** Sends a request and reads its answer; a box that fell silent is ended, which ends the reading. */
  async ask(request: string): Promise<{ words: string[]; bytes: Buffer }> {
    const timer = setTimeout(() => this.#box.kill('timeout'), replyTimeoutMs);
    try {
      this.#box.stdin.write(`${request}\n`);
      const words = (await this.#reader.line()).split(' ');
      const sizeBytes = Number(words.at(-1));
      if (sizeBytes > maxScanBytes)
        throw new AppError('too_large', 'The changed files are too large to follow while the command runs.');
      return { words, bytes: await this.#reader.bytes(sizeBytes) };
    } catch (cause) {
      this.#box.kill();
      if (cause instanceof AppError) throw cause;
      const exit = await this.#box.exited;
      throw worktreeError('The worktree could not be looked at', { exit, stderr: this.#stderr, cause });
    } finally {
      clearTimeout(timer);
    }
  }

  async stop(): Promise<void> {
    this.#box.kill();
    await this.#box.exited;
  }
}
