#!/opt/node/bin/node
import { appendFileSync, existsSync, readFileSync } from 'node:fs';
import { argv, cwd, env, stdin, stdout } from 'node:process';
import { createInterface } from 'node:readline';

/**
 * An MCP server for tests, over its standard streams, with nothing but Node: notes in a file of the folder that it was started in. Words
 * for people go to its standard output too, as they do from servers that are not careful.
 */
type Asked = { id?: number; method: string; params?: { name?: string; arguments?: { text?: string } } };

const file = 'notes.txt';

const tools = [
  {
    name: 'read_notes',
    description: 'Reads all notes.',
    inputSchema: { type: 'object', properties: {} },
    annotations: { readOnlyHint: true },
  },
  {
    name: 'add_note',
    description: 'Adds a note.',
    inputSchema: { type: 'object', properties: { text: { type: 'string' } }, required: ['text'] },
  },
  {
    name: 'tell_start',
    description: 'Tells how it was started.',
    inputSchema: { type: 'object', properties: {} },
  },
];

const calls: Record<string, (given: { text?: string }) => string> = {
  read_notes: () => `The notes are: ${existsSync(file) ? readFileSync(file, 'utf8') : 'none'}`,
  add_note: ({ text = '' }) => {
    appendFileSync(file, `${text}\n`);
    return `Noted: ${text}`;
  },
  tell_start: () => JSON.stringify({ args: argv.slice(2), env, cwd: cwd() }),
};

function answer({ method, params }: Asked): unknown {
  if (method === 'initialize')
    return {
      protocolVersion: '2025-06-18',
      capabilities: { tools: {} },
      serverInfo: { name: 'notes', version: '1.0.0' },
    };
  if (method === 'tools/list') return { tools };
  if (method === 'tools/call') {
    const text = calls[params?.name ?? '']?.(params?.arguments ?? {});
    return { content: [{ type: 'text', text: text ?? 'There is no such tool.' }], isError: text === undefined };
  }
  return {};
}

stdout.write('Notes are ready.\n');
createInterface({ input: stdin }).on('line', (line) => {
  const asked = JSON.parse(line) as Asked;
  if (asked.id === undefined) return;
  stdout.write(`${JSON.stringify({ jsonrpc: '2.0', id: asked.id, result: answer(asked) })}\n`);
});
