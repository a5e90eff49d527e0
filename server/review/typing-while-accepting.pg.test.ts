import fc from 'fast-check';
import { expect, test } from 'vitest';
import { eventually, roomFixture, type Client } from '../../db/testing-room.ts';
import { isAppError } from '../core/errors.ts';
import { requestRoomCommand, requireDone } from '../workspace/room-command.ts';
import { readTestFile } from '../workspace/testing-git.ts';
import { decideHunk } from './decide-hunk.ts';
import { getSuggestion } from './queries.ts';
import { openInRoom, roomText, suggest } from './testing.ts';

const room = await roomFixture();
const [ada, bob, eve] = [await room.person(), await room.person(), await room.person()];
const lineCount = 24;
const base = Array.from({ length: lineCount }, (_, index) => `line ${index}\n`);

type Act = { who: 'ada' | 'bob'; line: number; kind: 'line' | 'word' };

const schedule = fc.record({
  /** Lines the agent rewrites, and what comes of them. */
  agent: fc.uniqueArray(fc.record({ line: fc.nat(lineCount - 1), grows: fc.boolean() }), {
    minLength: 1,
    maxLength: 6,
    selector: (one) => one.line,
  }),
  people: fc.array(
    fc.record({
      who: fc.constantFrom('ada', 'bob'),
      line: fc.nat(lineCount - 1),
      kind: fc.constantFrom('line', 'word'),
    }),
    { minLength: 2, maxLength: 10 },
  ),
  order: fc.infiniteStream(fc.nat()),
});

/** Types a token of its own at the beginning of some line, or a whole line above it. */
function type(client: Client, act: Act, token: string): void {
  const text = roomText(client.doc, 'a.ts');
  if (!text) throw new Error('the file is not in the room');
  const starts = [0];
  for (const [index, char] of Array.from(text.toJSON()).entries()) if (char === '\n') starts.push(index + 1);
  text.insert(starts[Math.min(act.line, starts.length - 1)] ?? 0, act.kind === 'line' ? `${token}\n` : token);
}

test(
  '[RV10] two people type while a third accepts: every keystroke survives, all see the same, and the rest is the agent’s',
  { timeout: 120_000 },
  async () => {
    await fc.assert(
      fc.asyncProperty(schedule, async ({ agent, people, order }) => {
        const sessionId = await room.session({ 'a.ts': base.join('') });
        const rewritten = base.map((line, index) => {
          const change = agent.find((one) => one.line === index);
          return change ? `agent ${index}\n${change.grows ? `agent ${index} more\n` : ''}` : line;
        });
        const suggestionId = (await suggest(room, sessionId, { files: { 'a.ts': rewritten.join('') } })) ?? '';
        const hunks = (await getSuggestion(eve, suggestionId)).files.flatMap((file) => file.hunks);
        const clients = { ada: await room.enter(ada, sessionId), bob: await room.enter(bob, sessionId) };
        await openInRoom(room, ada, { sessionId, path: 'a.ts' });
        await eventually(() =>
          expect([roomText(clients.ada.doc, 'a.ts'), roomText(clients.bob.doc, 'a.ts')]).not.toContain(undefined),
        );
        const shuffled = hunks
          .map((hunk) => ({ hunk, key: order.next().value ?? 0 }))
          .toSorted((a, b) => a.key - b.key);
        const accepted = new Set<string>();
        const accepting = shuffled.map(async ({ hunk }) => {
          try {
            await decideHunk(eve, { suggestionId, hunkId: hunk.id, decision: 'accept' });
            accepted.add(hunk.resultText);
          } catch (error) {
            if (!isAppError(error) || error.code !== 'conflict') throw error;
          }
        });
        for (const [index, act] of people.entries()) {
          type(clients[act.who], act, `<${act.who}${index}>`);
          await new Promise((resolve) => setImmediate(resolve));
        }
        await Promise.all(accepting);
        const texts = () => [clients.ada, clients.bob].map((client) => roomText(client.doc, 'a.ts')?.toJSON());
        await eventually(async () => {
          const { commit } = requireDone(
            await requestRoomCommand(eve, { sessionId, teamId: room.teamId, command: { kind: 'materialize' } }),
          );
          const stored = await readTestFile(room.repo, 'a.ts', commit);
          expect(texts()).toEqual([stored, stored]);
        });
        const [end = ''] = texts();
        for (const [index, act] of people.entries()) expect(end.split(`<${act.who}${index}>`)).toHaveLength(2);
        const untyped = end.replace(/<(ada|bob)\d+>\n/g, '').replace(/<(ada|bob)\d+>/g, '');
        const taken = base.map((line, index) => {
          const result = rewritten[index] ?? line;
          return [...accepted].some((text) => text.includes(result)) && result !== line ? result : line;
        });
        expect(untyped).toBe(taken.join(''));
        for (const client of Object.values(clients)) client.provider.destroy();
      }),
      { numRuns: 8, endOnFailure: true },
    );
  },
);
