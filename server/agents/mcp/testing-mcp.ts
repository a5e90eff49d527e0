import { copyFileSync, mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

/** What an admin writes to name the MCP server of notes: its program in a folder of the server. */
export function notesServer() {
  const folder = mkdtempSync(path.join(tmpdir(), 'ensemble-notes-'));
  copyFileSync(path.join(import.meta.dirname, 'testing-mcp-program.ts'), path.join(folder, 'serve.ts'));
  return {
    name: 'notes',
    identity: { kind: 'program' as const, program: '/opt/node/bin/node', folder },
    args: ['/opt/mcp/notes/serve.ts', 'first argument'],
    env: { NOTES_SECRET: "it's sealed" },
    readTools: ['read_notes'],
  };
}

/** The same as a repository asks for it. */
export const askedNotes = { command: 'node', args: ['/opt/mcp/notes/serve.ts', 'first argument'] };
