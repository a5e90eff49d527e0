import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import http from 'node:http';
import { stripTypeScriptTypes } from 'node:module';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';

/** A registry of npm for tests, with the MCP server of notes as its one package. */
export type TestRegistry = { url: string; integrity: string; downloads(): number; close(): Promise<void> };

export const notesPackage = 'ensemble-test-notes';

export async function startTestRegistry(): Promise<TestRegistry> {
  const bytes = packed();
  const integrity = `sha512-${createHash('sha512').update(bytes).digest('base64')}`;
  let downloads = 0;
  const server = http.createServer((request, response) => {
    if (request.url?.endsWith('.tgz') === true) {
      downloads += 1;
      return void response.end(bytes);
    }
    if (request.url !== `/${notesPackage}`) return void response.writeHead(404).end('{}');
    const dist = { tarball: `${url}/notes.tgz`, integrity };
    const version = { name: notesPackage, version: '1.0.0', bin: './serve.mjs', dist };
    response.writeHead(200, { 'content-type': 'application/json' });
    response.end(
      JSON.stringify({ name: notesPackage, 'dist-tags': { latest: '1.0.0' }, versions: { '1.0.0': version } }),
    );
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const url = `http://127.0.0.1:${port}`;
  return {
    url,
    integrity,
    downloads: () => downloads,
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

function packed(): Buffer {
  const folder = mkdtempSync(path.join(tmpdir(), 'ensemble-package-'));
  try {
    mkdirSync(path.join(folder, 'package'));
    const manifest = { name: notesPackage, version: '1.0.0', type: 'module', bin: './serve.mjs' };
    writeFileSync(path.join(folder, 'package', 'package.json'), JSON.stringify(manifest));
    // Node takes types away from no file below node_modules.
    const program = readFileSync(path.join(import.meta.dirname, 'testing-mcp-program.ts'), 'utf8');
    writeFileSync(path.join(folder, 'package', 'serve.mjs'), stripTypeScriptTypes(program));
    execFileSync('tar', ['czf', 'package.tgz', 'package'], { cwd: folder });
    return readFileSync(path.join(folder, 'package.tgz'));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
