import { chmod, mkdir, mkdtemp, readFile, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { existsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { newId } from '../platform/ids.ts';
import { git, initBareRepo, resolveCommit } from './git.ts';
import { commitTree, diffCommits, emptyTree, readBlob, readTree, writeBlob, writeTreeChanges } from './git-objects.ts';
import { runInSandbox } from './sandbox.ts';
import { snapshotWorktree } from './worktree-snapshot.ts';
import { boxFor, createWorktree, openWorktree, removeWorktree, syncWorktree, type Worktree } from './worktree.ts';

let folder: string;
let repo: string;
let base: string;
let worktree: Worktree;

const author = { name: 'Ada', email: 'ada@example.com', at: new Date(0) };
const files: Record<string, string> = { 'a.txt': 'one\n', 'd/b.txt': 'two\r\n', '.gitignore': 'node_modules\n' };

beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'ensemble-worktree-'));
  repo = path.join(folder, 'repo.git');
  await initBareRepo(repo);
  base = await commitOf(files);
  worktree = await createWorktree({ kind: 'run', id: newId('run'), repo, commit: base });
});
afterEach(async () => {
  await removeWorktree(worktree);
  await rm(folder, { recursive: true, force: true });
});

async function commitOf(texts: Record<string, string>, parent?: string): Promise<string> {
  const changes = await Promise.all(
    Object.entries(texts).map(async ([file, text]) => ({
      path: file,
      mode: '100644' as const,
      oid: await writeBlob(repo, Buffer.from(text)),
    })),
  );
  const tree = await writeTreeChanges(repo, parent ?? emptyTree, changes);
  return commitTree(repo, { tree, parents: parent ? [parent] : [], message: 'change', author });
}

async function inside(script: string): Promise<string> {
  const result = await runInSandbox({ ...boxFor(worktree), timeoutMs: 30_000 }, ['bash', '-c', script], {
    maxOutputBytes: 1e6,
  });
  return `${result.stdout.toString('utf8')}${result.stderr.toString('utf8')}`.trim();
}

async function textAt(commit: string, file: string): Promise<string | undefined> {
  const entry = (await readTree(repo, commit)).find((each) => each.path === file);
  return entry && Buffer.from(await readBlob(repo, entry.oid, 1e6)).toString('utf8');
}

describe('a worktree', () => {
  it('is seen to change in the very second in which it was made, at the same length', async () => {
    const second = (ms: number) => Math.floor(ms / 1000);
    for (let isTold = false; !isTold;) {
      const other = await createWorktree({ kind: 'run', id: newId('run'), repo, commit: base });
      const file = path.join(other.workDir, 'a.txt');
      const madeAt = (await stat(file)).mtimeMs;
      await writeFile(file, 'ONE\n');
      isTold = second((await stat(file)).mtimeMs) === second(madeAt);
      await vi.waitUntil(() => second(Date.now()) > second(madeAt), { timeout: 5_000 });
      expect((await snapshotWorktree(other, base)).changed).toBe(true);
      await removeWorktree(other);
    }
  });

  it('holds the files of its commit and a clean repository inside', async () => {
    expect(await readFile(path.join(worktree.workDir, 'd/b.txt'), 'utf8')).toBe('two\r\n');
    expect(await inside('git status --porcelain; git rev-parse HEAD; git branch --show-current')).toBe(`${base}\nwork`);
    expect((await stat(worktree.root)).mode & 0o077).toBe(0);
    expect(await openWorktree(worktree)).toEqual(worktree);
  });

  it('lends the project’s objects and nothing else of its repository, and only to read', async () => {
    await writeFile(path.join(repo, 'secret'), 'secret');
    const said = await inside('ls /repo; rm -rf /repo/objects/*; touch /repo/objects/x; cat /repo/secret /repo/config');
    expect(said).toMatch(/^objects\n/);
    expect(said).toContain('Read-only file system');
    expect(said).not.toContain('[core]');
    expect(await textAt(base, 'a.txt')).toBe('one\n');
  });

  it('moves to another commit: tracked changes go, ignored files stay', async () => {
    await inside(
      'echo changed > a.txt; rm d/b.txt; echo new > untracked; mkdir -p node_modules && echo kept > node_modules/k; git commit -qam x; git config a.b c',
    );
    const next = await commitOf({ 'c.txt': 'three\n' }, base);
    await syncWorktree(worktree, next);
    expect(
      await inside('git status --porcelain; git rev-parse HEAD; git config a.b; ls; cat a.txt c.txt node_modules/k'),
    ).toBe(`${next}\na.txt\nc.txt\nd\nnode_modules\none\nthree\nkept`);
  });

  it('is put right again whatever was done to its repository', async () => {
    await inside(
      'rm -rf .git /gitdir/* a.txt; mkdir .git; echo junk > .git/HEAD; ln -s /etc d/link; git init -q nested',
    );
    await syncWorktree(worktree, base);
    expect(await inside('git status --porcelain; git log --format=%H; ls -a')).toBe(
      `${base}\n.\n..\n.git\n.gitignore\na.txt\nd`,
    );
  });

  it('does not write through a link that stands where a folder should be', async () => {
    await inside('rm -rf d; ln -s /tmp d');
    await syncWorktree(worktree, base);
    expect((await stat(path.join(worktree.workDir, 'd'))).isDirectory()).toBe(true);
    expect(await inside('test -L d || cat d/b.txt')).toBe('two');
  });

  it('is gone after removal, even when its folders deny everything', async () => {
    await mkdir(path.join(worktree.workDir, 'closed/inner'), { recursive: true });
    await chmod(path.join(worktree.workDir, 'closed'), 0o000);
    await removeWorktree(worktree);
    await removeWorktree(worktree);
    expect(existsSync(worktree.root)).toBe(false);
    expect(await openWorktree(worktree)).toBeUndefined();
    expect(await readdir(path.join(path.dirname(path.dirname(worktree.root)), 'trash'))).toEqual([]);
  });
});

describe('a snapshot', () => {
  it('stores what is on disk as a commit on the parent, without ignored files', async () => {
    await inside(
      'echo more >> a.txt; rm d/b.txt; mkdir -p "d e" node_modules; echo x > "d e/-rf"; echo k > node_modules/k; chmod +x a.txt',
    );
    const taken = await snapshotWorktree(worktree, base, { message: 'By the agent', author });
    expect(taken).toEqual({ commit: expect.any(String), changed: true });
    expect(await diffCommits(repo, base, taken.commit)).toMatchObject([
      { path: 'a.txt', status: 'modified', newMode: '100755' },
      { path: 'd e/-rf', status: 'added' },
      { path: 'd/b.txt', status: 'deleted' },
    ]);
    expect(await textAt(taken.commit, 'a.txt')).toBe('one\nmore\n');
    expect(await resolveCommit(repo, `${taken.commit}^`)).toBe(base);
    expect((await git('rev-list', ['--objects', '--quiet', taken.commit], { repo })).code).toBe(0);
  });

  it('is the parent when nothing changed, and keeps line ends', async () => {
    await inside('touch a.txt d/b.txt; echo "* text=auto eol=crlf" > node_modules 2>/dev/null; rm -f node_modules');
    expect(await snapshotWorktree(worktree, base)).toEqual({ commit: base, changed: false });
  });

  it('shows what the agent’s own index hides', async () => {
    await inside(
      'echo hidden > a.txt; git update-index --assume-unchanged a.txt; git update-index --skip-worktree d/b.txt; echo hidden > d/b.txt; git status --porcelain',
    );
    const taken = await snapshotWorktree(worktree, base);
    expect(await textAt(taken.commit, 'a.txt')).toBe('hidden\n');
    expect(await textAt(taken.commit, 'd/b.txt')).toBe('hidden\n');
  });

  it('builds on another parent than the commit that was checked out', async () => {
    const next = await commitOf({ 'c.txt': 'three\n' }, base);
    await inside('echo more >> a.txt');
    const taken = await snapshotWorktree(worktree, next);
    expect((await diffCommits(repo, next, taken.commit)).map((each) => `${each.status} ${each.path}`)).toEqual([
      'modified a.txt',
      'deleted c.txt',
    ]);
  });

  it('refuses links and nested repositories, and says which', async () => {
    await inside('ln -s /etc/passwd link');
    expect((await snapshotWorktree(worktree, base)).refused?.reason).toMatch(/"link" is a symbolic link/);
    await inside('rm link; git init -q sub; cd sub; git -c user.name=a -c user.email=b commit -q --allow-empty -m s');
    expect((await snapshotWorktree(worktree, base)).refused?.reason).toMatch(/"sub" is a repository of its own/);
  });

  it('refuses a file that cannot be read, and stores the others', async () => {
    await inside('echo more >> a.txt; rm d/b.txt; mkfifo d/b.txt');
    const taken = await snapshotWorktree(worktree, base);
    expect(await textAt(taken.commit, 'a.txt')).toBe('one\nmore\n');
    expect(taken.refused?.reason).toMatch(/cannot be read|d\/b.txt/);
  });

  it('refuses names that other systems take for .git', async () => {
    await inside('mkdir "git~1"; echo x > "git~1/config"');
    const taken = await snapshotWorktree(worktree, base).catch((error: unknown) => error);
    expect(taken).toSatisfy(
      (found: unknown) => found instanceof Error || (typeof found === 'object' && found !== null && 'refused' in found),
    );
  });

  it('holds the size', async () => {
    await inside('head -c 3000000 /dev/urandom > big');
    await expect(snapshotWorktree(worktree, base, { maxBytes: 1_000_000 })).rejects.toMatchObject({
      code: 'too_large',
    });
    expect((await readdir(repo)).filter((name) => name.startsWith('quarantine'))).toEqual([]);
  });

  it('can be cancelled', async () => {
    await expect(snapshotWorktree(worktree, base, { signal: AbortSignal.abort() })).rejects.toMatchObject({
      code: 'conflict',
    });
  });
});

describe('code planted in a worktree', () => {
  /** Each writes the mark where it would appear on the host, if the code ran there. */
  const plant = (mark: string) =>
    [
      [
        'a .git folder with a monitor and a filter',
        `rm .git; git init -q .; git config core.fsmonitor 'touch ${mark}'; git config filter.x.clean 'touch ${mark}; cat'; git config filter.x.smudge 'touch ${mark}; cat'; echo '*.txt filter=x' > .gitattributes`,
      ],
      [
        'hooks in its own repository',
        `mkdir -p /gitdir/hooks; for h in pre-commit post-checkout post-index-change reference-transaction; do printf '#!/bin/sh\\ntouch ${mark}\\n' > /gitdir/hooks/$h; chmod +x /gitdir/hooks/$h; done`,
      ],
      [
        'another commondir',
        `mkdir -p /work/evil; git init -q --bare /work/evil; git -C /work/evil config core.fsmonitor 'touch ${mark}'; echo /work/evil > /gitdir/commondir`,
      ],
      [
        'a worktree configuration',
        `git config extensions.worktreeConfig true; git config --worktree core.fsmonitor 'touch ${mark}'`,
      ],
      [
        'a bare repository in a folder',
        `git init -q --bare inner; git -C inner config core.fsmonitor 'touch ${mark}'; echo x > inner/x`,
      ],
      [
        'a nested repository with a filter',
        `git init -q sub; cd sub; git -c user.name=a -c user.email=b commit -q --allow-empty -m s; git config filter.x.clean 'touch ${mark}; cat'; git config core.fsmonitor 'touch ${mark}'; echo '* filter=x' > .gitattributes; echo x > x`,
      ],
      [
        'a promisor remote',
        `git config extensions.partialClone origin; git config remote.origin.url 'ext::touch ${mark}'; git config protocol.ext.allow always`,
      ],
    ] as const;

  it.each(plant('MARK').map(([name], index) => [name, index] as const))(
    '%s does not run outside',
    async (_name, index) => {
      const mark = path.join(folder, 'mark');
      await inside(`${plant(mark)[index]?.[1]}; cd /work; echo more >> a.txt`);
      const taken = await snapshotWorktree(worktree, base).catch(() => undefined);
      await diffCommits(repo, base, taken?.commit ?? base);
      await syncWorktree(worktree, base);
      expect(existsSync(mark)).toBe(false);
      expect(await readFile(path.join(worktree.workDir, 'a.txt'), 'utf8')).toBe('one\n');
    },
  );
});

describe('a worktree from which files are taken out', () => {
  const withKeys = { ...files, 'keys/a.pem': 'key\n', 'keys/deep/b.pem': 'key\n', 'd/c.pem': 'key\n' };
  const closed = { paths: ['d/c.pem', 'keys/a.pem', 'keys/deep/b.pem'], history: false };
  let start: string;
  let narrow: Worktree;

  beforeEach(async () => {
    start = await commitOf(withKeys, base);
    narrow = await createWorktree({ kind: 'run', id: newId('run'), repo, commit: start, closed });
    worktree = narrow;
  });
  const saved = async () => snapshotWorktree(narrow, start);

  it('[AG53] has neither those files nor their contents, whichever command looks', async () => {
    const said = await inside(
      'ls -A . d; git status --porcelain; git log --format=%s; grep -rs key . ; git grep -n key HEAD; git cat-file --batch-all-objects --batch=x --unordered | grep -c key; git show ' +
        `${start}:keys/a.pem; find /work /repo /gitdir /home /tmp -name '*.pem' 2>/dev/null`,
    );
    expect(said.split('\n')).toEqual([
      '.:',
      '.git',
      '.gitignore',
      'a.txt',
      'd',
      '',
      'd:',
      'b.txt',
      'The files that are open here',
      '0',
      expect.stringContaining('fatal: ') as string,
    ]);
    expect(await inside('cd /repo/objects && find . -type f | wc -l; cd /work && git fsck')).not.toContain('missing');
  });

  it('[AG53] leaves them as they were, whatever is made at their places', async () => {
    await inside('echo more >> a.txt; rm -rf d; mkdir -p keys/a.pem; echo x > keys/a.pem/in; echo mine > d');
    const made = await saved();
    expect(await diffCommits(repo, start, made.commit)).toMatchObject([
      { path: 'a.txt', status: 'modified' },
      { path: 'd/b.txt', status: 'deleted' },
    ]);
    expect(await textAt(made.commit, 'd/c.pem')).toBe('key\n');
    await inside(
      'git checkout -q -f; rm -rf keys; mkdir keys; echo other > keys/a.pem; git add -A; git commit -qm mine',
    );
    expect(await saved()).toMatchObject({ changed: false, commit: start });
  });

  it('[AG53] is known again by whoever goes on with it', async () => {
    expect(await openWorktree(narrow)).toEqual(narrow);
    expect(narrow.openObjects).not.toContain(repo);
  });

  it('[AG53] has no history where that held such files, and all that is open', async () => {
    worktree = await createWorktree({
      kind: 'run',
      id: newId('run'),
      repo,
      commit: base,
      closed: { paths: [], history: true },
    });
    expect(await inside('git log --format=%s; git status --porcelain; cat a.txt')).toBe(
      'The files that are open here\none',
    );
    expect(await snapshotWorktree(worktree, base)).toMatchObject({ changed: false, commit: base });
  });
});
