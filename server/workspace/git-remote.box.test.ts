import { execFileSync, spawn } from 'node:child_process';
import { createServer, type Server } from 'node:http';
import { existsSync } from 'node:fs';
import { appendFile, mkdir, mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { searchPath } from '../platform/env.ts';
import { defaultBranch, initBareRepo, listBranches, resolveCommit } from './git.ts';
import { commitTree, emptyTree, readTree, writeBlob, writeTreeChanges } from './git-objects.ts';
import { cloneBare, fetchBranch, pushBranch } from './git-remote.ts';

let folder: string;
let source: string;
let into: string;

const shell = (script: string, cwd = source) =>
  execFileSync('sh', ['-ec', script], {
    cwd,
    encoding: 'utf8',
    env: {
      PATH: searchPath(),
      HOME: folder,
      NODE_ENV: 'test',
      GIT_CONFIG_NOSYSTEM: '1',
      GIT_AUTHOR_NAME: 'a',
      GIT_AUTHOR_EMAIL: 'a@b',
      GIT_COMMITTER_NAME: 'a',
      GIT_COMMITTER_EMAIL: 'a@b',
    },
  }).trim();

beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'ensemble-remote-'));
  source = path.join(folder, 'source');
  into = path.join(folder, 'into.git');
  await mkdir(source);
  shell(
    `git init -q -b trunk .; echo one > a.txt; git add -A; git commit -qm one; git tag v1; git branch other; echo two > a.txt; git commit -qam two`,
  );
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const maxBytes = 100_000_000;

describe('a folder on the server', () => {
  it('is cloned with its branches, tags and default branch', async () => {
    const phases = new Set<string>();
    const made = await cloneBare({ url: source, into, maxBytes, onProgress: ({ phase }) => phases.add(phase) });
    expect(made).toEqual({ defaultBranch: 'trunk', branches: 2 });
    expect(await defaultBranch(into)).toBe('trunk');
    expect((await listBranches(into)).map(({ name }) => name).toSorted()).toEqual(['other', 'trunk']);
    expect(await resolveCommit(into, 'v1')).toBe(shell('git rev-parse v1'));
    expect(phases.size).toBeGreaterThan(0);
    expect(await readFile(path.join(into, 'config'), 'utf8')).not.toContain(source);
  });

  it('is understood as file:// and as a bare repository, and may be empty', async () => {
    shell('git clone -q --bare . ../bare.git; git init -q -b main ../empty');
    expect(await cloneBare({ url: `file://${folder}/bare.git`, into, maxBytes })).toMatchObject({ branches: 2 });
    await rm(into, { recursive: true });
    expect(await cloneBare({ url: path.join(folder, 'empty'), into, maxBytes })).toEqual({
      defaultBranch: undefined,
      branches: 0,
    });
  });

  it('gives one of its branches', async () => {
    await cloneBare({ url: source, into, maxBytes });
    shell('echo three > a.txt; git commit -qam three');
    const tip = await fetchBranch({
      url: source,
      repo: into,
      branch: 'trunk',
      intoRef: 'refs/ensemble/upstream/trunk',
      maxBytes,
    });
    expect(tip).toBe(shell('git rev-parse HEAD'));
    const wanted = { url: source, repo: into, branch: 'absent', intoRef: 'refs/ensemble/upstream/x', maxBytes };
    await expect(fetchBranch(wanted)).rejects.toMatchObject({ code: 'not_found' });
  });

  it('runs nothing that its configuration names, and lends no other repository', async () => {
    const mark = path.join(folder, 'mark');
    const secret = path.join(folder, 'secret');
    await mkdir(secret);
    const hidden = shell('git init -q .; echo s > s; git add -A; git commit -qm s; git rev-parse HEAD', secret);
    await appendFile(
      path.join(source, '.git/config'),
      `[uploadpack]\n\tpackObjectsHook = touch ${mark};\n[core]\n\tfsmonitor = touch ${mark}\n\tsshCommand = touch ${mark}\n\thooksPath = ${folder}\n[remote "o"]\n\turl = ext::touch ${mark}\n\tpromisor = true\n\tuploadpack = touch ${mark};\n[extensions]\n\tpartialClone = o\n`,
    );
    await cloneBare({ url: source, into, maxBytes });
    expect(existsSync(mark)).toBe(false);
    await rm(into, { recursive: true });
    await writeFile(path.join(source, '.git/refs/heads/stolen'), `${hidden}\n`);
    await writeFile(path.join(source, '.git/objects/info/alternates'), `${secret}/.git/objects\n`);
    await expect(cloneBare({ url: source, into, maxBytes })).rejects.toMatchObject({ code: 'invalid' });
    await rm(path.join(source, '.git/objects/info/alternates'));
    await expect(cloneBare({ url: source, into, maxBytes })).rejects.toMatchObject({ code: 'invalid' });
    expect(existsSync(into)).toBe(false);
    expect(existsSync(mark)).toBe(false);
  });

  it.each([
    ['is no repository', 'rm -rf .git', 'invalid'],
    ['is a linked working copy', 'mv .git ../elsewhere; echo "gitdir: ../elsewhere" > .git', 'invalid'],
    ['is shallow', 'git rev-parse HEAD > .git/shallow', 'invalid'],
    ['is damaged', 'chmod -R u+w .git/objects; for f in .git/objects/??/*; do echo junk > $f; done', 'invalid'],
    ['does not exist', 'rm -rf ../source', 'not_found'],
  ])('that %s is refused in words', async (_name, script, code) => {
    shell(script, source);
    await expect(cloneBare({ url: source, into, maxBytes })).rejects.toMatchObject({ code });
    expect(existsSync(into)).toBe(false);
  });

  it('is not taken when it is too large, or when the import is cancelled', async () => {
    shell('head -c 500000 /dev/urandom > big; git add -A; git commit -qm big');
    await expect(cloneBare({ url: source, into, maxBytes: 100_000 })).rejects.toMatchObject({ code: 'too_large' });
    await expect(cloneBare({ url: source, into, maxBytes, signal: AbortSignal.abort() })).rejects.toMatchObject({
      code: 'conflict',
    });
    expect(await readdir(folder)).toEqual(['source']);
  });

  it('is not pushed to', async () => {
    await cloneBare({ url: source, into, maxBytes });
    const commit = (await resolveCommit(into, 'trunk')) ?? '';
    await expect(pushBranch({ url: source, repo: into, commit, branch: 'x' })).rejects.toMatchObject({
      code: 'unsupported',
    });
  });
});

describe('a git server', () => {
  let server: Server;
  let url: string;
  const seen: (string | undefined)[] = [];

  beforeEach(async () => {
    shell('git clone -q --bare . ../served.git; git -C ../served.git config http.receivepack true');
    server = createServer((request, response) => {
      seen.push(request.headers.authorization);
      if (request.headers.authorization !== `Basic ${Buffer.from('me:pass word').toString('base64')}`) {
        response.writeHead(401, { 'www-authenticate': 'Basic realm="x"' }).end();
        return;
      }
      const at = new URL(request.url ?? '/', 'http://x');
      const backend = spawn('git', ['http-backend'], {
        env: {
          PATH: searchPath(),
          NODE_ENV: 'test',
          GIT_PROJECT_ROOT: folder,
          GIT_HTTP_EXPORT_ALL: '1',
          PATH_INFO: at.pathname,
          QUERY_STRING: at.search.slice(1),
          REQUEST_METHOD: request.method,
          CONTENT_TYPE: request.headers['content-type'],
          HTTP_CONTENT_ENCODING: request.headers['content-encoding'],
          HTTP_GIT_PROTOCOL: String(request.headers['git-protocol'] ?? ''),
          REMOTE_USER: 'me',
        },
      });
      request.pipe(backend.stdin);
      const chunks: Buffer[] = [];
      backend.stdout.on('data', (chunk: Buffer) => chunks.push(chunk));
      backend.on('close', () => {
        const all = Buffer.concat(chunks);
        const end = all.indexOf('\r\n\r\n');
        const head = all
          .subarray(0, end)
          .toString('latin1')
          .split('\r\n')
          .map((line) => line.split(': '));
        const status = head.find(([name]) => name === 'Status')?.[1];
        for (const [name = '', value = ''] of head) if (name !== 'Status') response.setHeader(name, value);
        response.writeHead(status ? Number.parseInt(status, 10) : 200).end(all.subarray(end + 4));
      });
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const address = server.address();
    url = `http://localhost:${typeof address === 'object' && address ? address.port : 0}/served.git`;
  });
  afterEach(() => new Promise((resolve) => server.close(resolve)));

  const credential = { kind: 'password', username: 'me', password: 'pass word' } as const;

  it('is cloned with a credential, which stays nowhere', async () => {
    const made = await cloneBare({ url, address: '127.0.0.1', into, maxBytes, credential });
    expect(made).toEqual({ defaultBranch: 'trunk', branches: 2 });
    expect(await readFile(path.join(into, 'config'), 'utf8')).not.toMatch(/localhost|pass|Authorization/);
  });

  it('that refuses the credential, or has no such repository, or does not answer, is told apart', async () => {
    await expect(cloneBare({ url, into, maxBytes })).rejects.toMatchObject({ code: 'forbidden' });
    const wrong = { ...credential, password: 'wrong' };
    await expect(cloneBare({ url, into, maxBytes, credential: wrong })).rejects.toMatchObject({ code: 'forbidden' });
    await expect(cloneBare({ url: url.replace('served', 'absent'), into, maxBytes, credential })).rejects.toMatchObject(
      { code: 'not_found' },
    );
    await expect(cloneBare({ url: 'http://127.0.0.1:1/x.git', into, maxBytes })).rejects.toMatchObject({
      code: 'unavailable',
    });
    await expect(cloneBare({ url: 'ext::sh -c id', into, maxBytes })).rejects.toMatchObject({ code: 'invalid' });
    await expect(cloneBare({ url: '--upload-pack=id', into, maxBytes })).rejects.toMatchObject({ code: 'invalid' });
    expect(existsSync(into)).toBe(false);
  });

  it('takes a push that goes forward, and never a forced one', async () => {
    await cloneBare({ url, into, maxBytes, credential });
    const base = (await resolveCommit(into, 'trunk')) ?? '';
    const author = { name: 'Ada', email: 'a@b', at: new Date(0) };
    const tree = await writeTreeChanges(into, base, [
      { path: 'new', mode: '100644', oid: await writeBlob(into, Buffer.from('x')) },
    ]);
    const next = await commitTree(into, { tree, parents: [base], message: 'next', author });
    await pushBranch({ url, repo: into, commit: next, branch: 'trunk', credential });
    expect(shell('git rev-parse trunk', path.join(folder, 'served.git'))).toBe(next);
    const rival = await commitTree(into, { tree: emptyTree, parents: [base], message: 'rival', author });
    await expect(pushBranch({ url, repo: into, commit: rival, branch: 'trunk', credential })).rejects.toMatchObject({
      code: 'conflict',
    });
    expect(shell('git rev-parse trunk', path.join(folder, 'served.git'))).toBe(next);
    const fetched = await fetchBranch({
      url,
      repo: into,
      branch: 'trunk',
      intoRef: 'refs/ensemble/upstream/trunk',
      maxBytes,
      credential,
    });
    expect((await readTree(into, fetched)).map((entry) => entry.path)).toEqual(['a.txt', 'new']);
  });
});

it('an SSH address is refused a password, and a web address a key', async () => {
  await initBareRepo(into);
  const branch = { repo: into, branch: 'x', intoRef: 'refs/ensemble/upstream/x', maxBytes };
  const password = { kind: 'password', username: 'a', password: 'b' } as const;
  await expect(fetchBranch({ ...branch, url: 'git@host.example:x.git', credential: password })).rejects.toMatchObject({
    code: 'invalid',
  });
  const key = { kind: 'ssh-key', privateKey: 'x' } as const;
  await expect(fetchBranch({ ...branch, url: 'https://host.example/x.git', credential: key })).rejects.toMatchObject({
    code: 'invalid',
  });
});
