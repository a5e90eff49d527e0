import { afterAll, expect, test } from 'vitest';
import { roomFixture } from '../../db/testing-room.ts';
import { closeNotifications } from '../platform/notifications.ts';
import { decideAll } from './decide-all.ts';
import { decideHunk } from './decide-hunk.ts';
import { getSuggestion } from './queries.ts';
import { suggest } from './testing.ts';

const room = await roomFixture();
const ada = await room.person('developer', 'Ada');
afterAll(() => closeNotifications());

const many = (count: number) =>
  Array.from({ length: count }, (_none, line) => `const line${line} = ${line};\n`).join('');
const before = {
  'src/client.ts': `export const options = {\n  rejectUnauthorized: true,\n};\n${many(30)}export const last = 1;\n`,
  'src/plain.ts': 'export const a = 1;\n',
};
const after = {
  'src/client.ts': `export const options = {\n  rejectUnauthorized: false,\n};\n${many(30)}export const last = 2;\n`,
  'src/plain.ts': 'export const a = 2;\n',
};

test('[GU40] what the guard says of a change is beside the hunk it is about, with the rule and a safer way', async () => {
  const sessionId = await room.session(before);
  const suggestionId = (await suggest(room, sessionId, { files: after })) ?? '';
  const { files } = await getSuggestion(ada, suggestionId);
  const [client, plain] = files;
  expect(client?.hunks.map((hunk) => hunk.findings.length)).toEqual([1, 0]);
  expect(client?.hunks[0]?.findings[0]).toMatchObject({
    rule: expect.stringMatching(/^edits\./) as string,
    verdict: 'deny',
    reason: expect.any(String) as string,
    saferWay: expect.any(String) as string,
  });
  expect([...(client?.findings ?? []), ...(plain?.findings ?? []), ...(plain?.hunks[0]?.findings ?? [])]).toEqual([]);
});

test('[GU41] accepting the rest leaves what the guard denies, which is accepted by itself', async () => {
  const sessionId = await room.session(before);
  const suggestionId = (await suggest(room, sessionId, { files: after })) ?? '';
  const answer = await decideAll(ada, { suggestionId, decision: 'accept' });
  expect(answer.decided.map(({ path }) => path)).toEqual(['src/client.ts', 'src/plain.ts']);
  expect(answer.conflicts).toMatchObject([
    { path: 'src/client.ts', message: expect.stringContaining('by itself') as string },
  ]);
  const hunkId = answer.conflicts[0]?.hunkId ?? '';
  expect(await decideHunk(ada, { suggestionId, hunkId, decision: 'accept' })).toMatchObject({ state: 'accepted' });
  const again = (await suggest(room, sessionId, { files: after })) ?? '';
  expect((await decideAll(ada, { suggestionId: again, decision: 'reject' })).conflicts).toEqual([]);
});
