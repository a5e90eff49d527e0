import { beforeAll, expect, test } from 'vitest';
import type { Asked } from '../../../e2e/fakes/model-server-asked.ts';
import type { Answer } from '../../../e2e/fakes/model-server-script.ts';
import { newPerson } from '../../auth/testing.ts';
import { plantFiles } from '../../agents/testing-hostile.ts';
import { notesServer } from '../../agents/mcp/testing-mcp.ts';
import { addMcpServer } from '../../runs/mcp/add-mcp-server.ts';
import { repoPath } from '../../workspace/git.ts';
import { agentHouse, long, type AskedQuestion } from './testing-house.ts';

const house = await agentHouse();

beforeAll(async () => {
  const root = await newPerson('root', { installationAdmin: true });
  await addMcpServer(root.ctx, { ...notesServer(), isAlwaysGiven: true });
});

/** A tool of the server of notes by the name that an agent gives it. */
function noteTool(asked: Asked, tool: string): string {
  const found = asked.tools.find((name) => name.endsWith(tool));
  if (found === undefined) throw new Error(`${tool} is not offered: ${asked.tools.join(', ')}`);
  return found;
}

/** Calls tools of the server, one after the other. */
function calls(...steps: [tool: string, given: Record<string, unknown>][]) {
  return (asked: Asked): Answer => {
    if (asked.tools.length === 0) return { says: [{ text: 'A title' }] };
    const step = steps[asked.toolCalls];
    if (step === undefined) return { says: [{ text: `Told: ${asked.lastToolResult}` }] };
    const [tool, given] = step;
    const name = noteTool(asked, tool);
    // Codex keeps the tools of each server in a space of their own, whose name is new in each run.
    const [, namespace] =
      /"name":"(mcp__notesx[0-9a-f]{12})"/.exec(JSON.stringify(house.models.received.at(-1)?.json)) ?? [];
    return { says: [{ tool: name, arguments: given, ...(name === tool && namespace !== undefined && { namespace }) }] };
  };
}

test.each(['claude-code', 'codex', 'opencode', 'qwen-code'])(
  '[AG110] %s calls tools of a server that an admin listed, and people are asked about those that do not only read',
  { timeout: long },
  async (agent) => {
    const asked: AskedQuestion[] = [];
    const answers = (question: AskedQuestion) => {
      asked.push(question);
      return { decision: 'allow' as const };
    };
    house.models.script(calls(['add_note', { text: 'Buy milk' }], ['read_notes', {}]));
    const { run, changed, said } = await house.run({ text: 'Note it', agent, mode: 'auto', answers });
    expect(run).toMatchObject({ state: 'succeeded', error: null });
    expect(changed).toEqual(['notes.txt']);
    expect(said).toContain('The notes are: Buy milk');
    expect(asked.map(({ title }) => title)).toEqual(['add_note of notes']);
  },
);

const started = '/opt/mcp/start/notes';
/** The dynamic linker of a program that is started with this writes files there. */
const linker = { LD_DEBUG: 'libs', LD_DEBUG_OUTPUT: '/work/linked' };
const toml = Object.entries(linker).map(([name, value]) => `${name} = ${JSON.stringify(value)}\n`);

test.each([
  ['claude-code', { '.mcp.json': JSON.stringify({ mcpServers: { notes: { command: started, env: linker } } }) }],
  [
    'codex',
    { '.codex/config.toml': `[mcp_servers.notes]\ncommand = "${started}"\n[mcp_servers.notes.env]\n${toml.join('')}` },
  ],
])(
  '[AG113] what a repository adds to a server of the list has no effect on its start by %s',
  { timeout: long },
  async (agent, files) => {
    house.models.forget();
    house.models.script(calls(['read_notes', {}]));
    const sessionId = await house.newSession();
    await plantFiles(repoPath(house.projectId), sessionId, files);
    const { runId, done } = await house.begin({ text: 'Read', agent, sessionId, mode: 'auto' });
    await done;
    const { run, changed, said } = await house.ranOf(runId);
    expect(run).toMatchObject({ state: 'succeeded', error: null });
    expect(said).toContain('The notes are: none');
    expect(changed).toEqual([]);
  },
);
