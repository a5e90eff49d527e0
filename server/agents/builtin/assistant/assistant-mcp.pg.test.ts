import { afterAll, beforeAll, expect, test } from 'vitest';
import { setDatabaseUrl } from '../../../../db/client.ts';
import { testDatabase } from '../../../../db/testing.ts';
import { newPerson } from '../../../auth/testing.ts';
import { addMcpServer } from '../../../runs/mcp/add-mcp-server.ts';
import { notesServer } from '../../mcp/testing-mcp.ts';
import { startAssistantHouse, textsOf, type AssistantHouse } from './testing-assistant.ts';

/** A server of the admins' list in a run of the assistant, in the real box. */
const { url } = await testDatabase();
setDatabaseUrl(url);

let house: AssistantHouse;
beforeAll(async () => {
  house = await startAssistantHouse();
  const { ctx } = await newPerson('root', { installationAdmin: true });
  await addMcpServer(ctx, { ...notesServer(), isAlwaysGiven: true });
}, 60_000);
afterAll(() => house.close());

test(
  '[AG120] what only reads is called unasked, people are asked about the rest, and see both with input and output',
  { timeout: 60_000 },
  async () => {
    house.models.script({
      turns: [
        {
          says: [
            { tool: 'mcp__notes__read_notes', arguments: {} },
            { tool: 'mcp__notes__tell_start', arguments: { why: 'to see' } },
          ],
        },
        { says: [{ text: 'I have seen it.' }] },
      ],
    });
    const begun = await house.begin('Look at the notes');
    await begun.done;
    const log = await begun.log();
    expect(textsOf(log)).toBe('I have seen it.');
    expect(log.filter(({ type }) => type === 'permission_requested')).toMatchObject([
      {
        title: 'tell_start of notes',
        action: {
          kind: 'mcp',
          server: 'notes',
          name: 'tell_start',
          input: expect.stringContaining('to see') as string,
        },
      },
    ]);
    expect(log.filter(({ type }) => type === 'tool_call')).toMatchObject([
      { title: 'read_notes of notes' },
      { title: 'tell_start of notes', input: { text: expect.stringContaining('to see') as string } },
    ]);
    const outputs = log.flatMap(({ type, output }) => (type === 'tool_call_update' && output ? [output] : []));
    expect(outputs).toMatchObject([
      { text: 'The notes are: none' },
      { text: expect.stringContaining('first argument') as string },
    ]);
  },
);
