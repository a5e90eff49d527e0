import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import net from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { eq } from 'drizzle-orm';
import { db, schema } from '../../db/client.ts';

/** A file of a hostile repository: a text, a link, or a program. */
export type PlantedFile = string | { link: string } | { program: string };
export type PlantedFiles = Readonly<Record<string, PlantedFile>>;

/** Commits these files on top of a session's state, as a push or a pull from upstream would have brought them. */
export async function plantFiles(repo: string, sessionId: string, files: PlantedFiles): Promise<void> {
  const { session } = schema;
  const [row] = await db().select({ head: session.headCommit }).from(session).where(eq(session.id, sessionId));
  if (!row) throw new Error(`no session ${sessionId}`);
  const folder = mkdtempSync(path.join(tmpdir(), 'ensemble-plant-'));
  const git = (args: string[], input?: string) =>
    execFileSync('git', ['-C', repo, ...args], {
      input: input ?? '',
      encoding: 'utf8',
      env: {
        NODE_ENV: 'test',
        PATH: '/usr/local/bin:/usr/bin:/bin',
        HOME: folder,
        GIT_INDEX_FILE: path.join(folder, 'index'),
        ...author,
      },
    }).trim();
  try {
    git(['read-tree', row.head]);
    const lines = Object.entries(files).map(([name, file]) => {
      const oid = git(['hash-object', '-w', '--stdin'], textOf(file));
      return `${modeOf(file)} ${oid}\t${name}\0`;
    });
    git(['update-index', '-z', '--add', '--index-info'], lines.join(''));
    const commit = git(['commit-tree', git(['write-tree']), '-p', row.head, '-m', 'More']);
    await db().update(session).set({ headCommit: commit }).where(eq(session.id, sessionId));
  } finally {
    rmSync(folder, { recursive: true });
  }
}

const author = {
  GIT_AUTHOR_NAME: 'Mallory',
  GIT_AUTHOR_EMAIL: 'mallory@example.com',
  GIT_COMMITTER_NAME: 'Mallory',
  GIT_COMMITTER_EMAIL: 'mallory@example.com',
};

const textOf = (file: PlantedFile) => (typeof file === 'string' ? file : 'link' in file ? file.link : file.program);
const modeOf = (file: PlantedFile) => (typeof file === 'string' ? '100644' : 'link' in file ? '120000' : '100755');

/** A server of the host that nothing in a box may reach, and a file that nothing in a box may make. */
export type Outside = { url: string; port: number; marker: string; connections(): number; close(): Promise<void> };

export async function watchOutside(): Promise<Outside> {
  let connections = 0;
  const server = net.createServer((socket) => {
    connections += 1;
    socket.destroy();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  const port = typeof address === 'object' && address ? address.port : 0;
  const folder = mkdtempSync(path.join(tmpdir(), 'ensemble-outside-'));
  return {
    url: `http://127.0.0.1:${port}`,
    port,
    marker: path.join(folder, 'marker'),
    connections: () => connections,
    close: () =>
      new Promise((resolve) => {
        rmSync(folder, { recursive: true });
        server.close(() => resolve());
      }),
  };
}

/** The file that shows that code of the repository ran in the box though nobody had it run. */
export const ranFile = 'RAN.txt';

/** A program that tries to be noticed, inside and outside. */
export function evilCommand({ url, marker }: Outside): string {
  return `touch /work/${ranFile}; touch ${marker}; curl -s -m 2 ${url}/ran; node -e "fetch('${url}/node')"`;
}
