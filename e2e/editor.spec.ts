import path from 'node:path';
import type { Page } from '@playwright/test';
import { caretAtEndOf, caretLabels, copiedText, editorOf, openFile, savingOf, textOf } from './fixtures/editor.ts';
import { expect, team, test } from './fixtures/people.ts';
import { makeRepository } from './fixtures/repository.ts';
import { addProject, openSession, type Rest } from './fixtures/rest.ts';
import { joinRoom } from './fixtures/room-client.ts';
import { panelButton, saved } from './fixtures/session-page.ts';

/** Two people in one text: whose undo it is, which line ends there are, and that both always see the same. */

async function serverText(rest: Rest, sessionId: string, file: string): Promise<string> {
  const { text } = await rest.get<{ text: string }>(`/sessions/${sessionId}/files/text?path=${file}`);
  return text;
}

async function bothOpen(pages: readonly Page[], address: string, file: string): Promise<void> {
  await Promise.all(
    pages.map(async (page) => {
      await page.goto(address);
      await openFile(page, file);
    }),
  );
}

test('undo takes back exactly my own words, whatever others typed in between', async ({ ana, bo, rest, session }) => {
  await rest.post(`/sessions/${session.id}/files`, { path: 'notes.txt', text: 'AAAA\nBBBB\nCCCC\n' });
  await bothOpen([ana, bo], session.path, 'notes.txt');
  await caretAtEndOf(ana, 'CCCC');
  // At once: keys that a slow machine spreads over time are several steps of undo.
  await ana.keyboard.insertText('xyz');
  await expect.poll(() => textOf(bo)).toContain('CCCCxyz');
  await caretAtEndOf(bo, 'AAAA');
  await bo.keyboard.press('Home');
  await bo.keyboard.insertText('from bo ');
  await expect.poll(() => textOf(ana)).toBe('from bo AAAA\nBBBB\nCCCCxyz\n');

  const bothShow = async (text: string) => {
    for (const page of [ana, bo]) await expect.poll(() => textOf(page)).toBe(text);
    await expect.poll(() => serverText(rest, session.id, 'notes.txt')).toBe(text);
  };
  await ana.keyboard.press('ControlOrMeta+z');
  await bothShow('from bo AAAA\nBBBB\nCCCC\n');
  await ana.keyboard.press('ControlOrMeta+y');
  await bothShow('from bo AAAA\nBBBB\nCCCCxyz\n');
  for (let presses = 0; presses < 4; presses++) await ana.keyboard.press('ControlOrMeta+z');
  await bothShow('from bo AAAA\nBBBB\nCCCC\n');
  await bo.keyboard.press('ControlOrMeta+z');
  await bothShow('AAAA\nBBBB\nCCCC\n');
});

test('pasted and foreign carriage returns become line feeds, and typing stays where it was seen', async ({
  app,
  browserOf,
  bo,
  rest,
  session,
}) => {
  const ana = await browserOf(
    { name: 'ana', email: 'ana@example.com' },
    { permissions: ['clipboard-read', 'clipboard-write'] },
  );
  await rest.post(`/sessions/${session.id}/files`, { path: 'lines.txt', text: 'one\n' });
  await bothOpen([ana, bo], session.path, 'lines.txt');
  await caretAtEndOf(ana, 'one');
  await ana.evaluate(() => navigator.clipboard.writeText('\r\ntwo\r\nthree\rfour'));
  await ana.keyboard.press('ControlOrMeta+v');
  for (const page of [ana, bo]) await expect.poll(() => textOf(page)).toBe('one\ntwo\nthree\nfour\n');
  await caretAtEndOf(bo, 'four');
  await bo.keyboard.type('!');
  await expect.poll(() => serverText(rest, session.id, 'lines.txt')).toBe('one\ntwo\nthree\nfour!\n');

  const program = await joinRoom(rest, app.url, session.id);
  program.text('lines.txt')?.insert(0, 'zero\r\nhalf\r');
  for (const page of [ana, bo]) await expect.poll(() => textOf(page)).toBe('zero\nhalf\none\ntwo\nthree\nfour!\n');
  await caretAtEndOf(bo, 'four!');
  await bo.keyboard.type('?');
  for (const page of [ana, bo]) await expect.poll(() => textOf(page)).toContain('four!?');
  await expect.poll(() => serverText(rest, session.id, 'lines.txt')).toBe('zero\nhalf\none\ntwo\nthree\nfour!?\n');
  program.end();
});

test('a file with CRLF line ends is edited as lines and committed with CRLF again', async ({ app, ana, rest }) => {
  const folder = path.join(app.localRepos, 'dos');
  await makeRepository(folder, [{ message: 'Begin', files: new Map([['dos.txt', 'first\r\nsecond\r\n']]) }]);
  const projectId = await addProject(rest, team, { name: 'dos', source: { type: 'path', path: folder } });
  const session = await openSession(rest, team, { projectId, title: 'Line ends' });
  await bothOpen([ana], session.path, 'dos.txt');
  await caretAtEndOf(ana, 'first');
  await ana.keyboard.type('!');
  await saved(ana);
  const { commit } = await rest.post<{ commit: string }>(`/sessions/${session.id}/commits`, { message: 'Shout' });
  const repository = path.join(app.dataDir, 'repos', `${projectId}.git`);
  const { execFileSync } = await import('node:child_process');
  const stored = execFileSync('git', ['--git-dir', repository, 'show', `${commit}:dos.txt`], { encoding: 'utf8' });
  expect(stored).toBe('first!\r\nsecond\r\n');
});

/** A small generator with a seed, so that a run that failed can be run again. */
function randomOf(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) & 0x7fffffff;
    return (state >> 8) % below;
  };
}

const words = ['a', 'foo', ' bar ', '🙂', 'é', '}', '{'];

async function actAtRandom(page: Page, seed: number, actions: number): Promise<void> {
  const random = randomOf(seed);
  const moves = ['ArrowLeft', 'ArrowUp', 'ArrowRight', 'ArrowDown', 'Home', 'End', 'ControlOrMeta+Home'];
  for (let done = 0; done < actions; done++) {
    const kind = random(12);
    if (kind < 5) await page.keyboard.insertText(words[random(words.length)] ?? '');
    else if (kind < 6) await page.keyboard.insertText('l1\nl2');
    else if (kind < 7) await page.keyboard.press(random(2) === 0 ? 'Backspace' : 'Delete');
    else if (kind < 8) await page.keyboard.press('ControlOrMeta+z');
    else if (kind < 9) await page.keyboard.press('ControlOrMeta+y');
    else await page.keyboard.press(moves[random(moves.length)] ?? 'Home');
  }
}

test('two hundred random actions of two people leave one text, on both screens, in the room and on the server', async ({
  app,
  browserOf,
  rest,
  session,
}) => {
  const permissions = ['clipboard-read', 'clipboard-write'];
  const ana = await browserOf({ name: 'ana', email: 'ana@example.com' }, { permissions });
  const bo = await browserOf({ name: 'Bo', email: 'bo@example.com' }, { permissions });
  await rest.post(`/sessions/${session.id}/files`, { path: 'fuzz.txt', text: 'one\ntwo\nthree\n' });
  await bothOpen([ana, bo], session.path, 'fuzz.txt');
  for (const page of [ana, bo]) await caretAtEndOf(page, 'two');
  await Promise.all([actAtRandom(ana, 7, 100), actAtRandom(bo, 11, 100)]);
  for (const page of [ana, bo]) await saved(page);

  const program = await joinRoom(rest, app.url, session.id);
  const text = await serverText(rest, session.id, 'fuzz.txt');
  expect(text.length).toBeGreaterThan(20);
  expect(program.text('fuzz.txt')?.toString()).toBe(text);
  program.end();
  expect(await copiedText(ana)).toBe(text);
  expect(await copiedText(bo)).toBe(text);
});

test('a followed person leads to their file and line until a key is pressed, and each can jump to the other', async ({
  ana,
  bo,
  session,
}) => {
  await bothOpen([ana, bo], session.path, 'src/money.ts');
  await caretAtEndOf(bo, 'export function toCents');
  await expect.poll(() => caretLabels(ana)).toEqual(['Bo']);
  await panelButton(ana, 'People').click();
  await expect(ana.getByRole('button', { name: 'Follow Bo, money.ts, line 12' })).toBeVisible();
  await ana.getByRole('button', { name: 'Follow Bo', exact: true }).click();
  await expect(ana.getByText('Following Bo', { exact: true })).toBeVisible();

  await openFile(bo, 'src/cart.ts');
  await expect(ana.getByRole('tab', { name: 'cart.ts' })).toHaveAttribute('aria-selected', 'true');
  await expect(editorOf(ana)).toContainText('emptyCart');
  await ana.keyboard.press('Escape');
  await expect(ana.getByText('Following Bo', { exact: true })).toBeHidden();
  await openFile(bo, 'src/money.ts');
  await expect(ana.getByRole('button', { name: /^Follow Bo, money\.ts/ })).toBeVisible();
  await expect(ana.getByRole('tab', { name: 'cart.ts' })).toHaveAttribute('aria-selected', 'true');

  // Without following: to their line once, by the list of people and by the palette.
  await ana.getByRole('button', { name: 'Go to Bo' }).click();
  await expect(ana.getByRole('tab', { name: 'money.ts' })).toHaveAttribute('aria-selected', 'true');
  await openFile(bo, 'src/cart.ts');
  await expect(ana.getByRole('button', { name: /^Follow Bo, cart\.ts/ })).toBeVisible();
  await ana.getByRole('button', { name: 'Search or do anything' }).click();
  await ana.getByRole('textbox', { name: 'Search or do anything' }).fill('jump to bo');
  await ana.keyboard.press('Enter');
  await expect(ana.getByRole('tab', { name: 'cart.ts' })).toHaveAttribute('aria-selected', 'true');

  // Two who follow each other: one of them stops, and nobody is sent back and forth.
  await panelButton(bo, 'People').click();
  await bo.getByRole('button', { name: /^Follow ana, / }).click();
  await expect(bo.getByText('Following ana', { exact: true })).toBeVisible();
  await ana.getByRole('button', { name: 'Follow Bo', exact: true }).click();
  const labels = [bo.getByText('Following ana', { exact: true }), ana.getByText('Following Bo', { exact: true })];
  await expect
    .poll(async () => (await Promise.all(labels.map((label) => label.isVisible()))).filter(Boolean).length)
    .toBe(1);
  const one = (await labels[0]?.isVisible()) ? ana : bo;
  await expect(one.getByText('You are not following any more.', { exact: false })).toBeVisible();
});

test('edits made offline are counted, kept, and reach the others when the connection is back', async ({
  ana,
  bo,
  session,
  witness,
}) => {
  witness.expect(/ERR_INTERNET_DISCONNECTED|WebSocket|Failed to fetch/);
  // The editor may want the program of one of its background workers only now; what people type does not depend on it.
  witness.expect(/exception: (NetworkError: .*importScripts|$)/);
  await bothOpen([ana, bo], session.path, 'src/money.ts');
  await caretAtEndOf(ana, 'Units to whole cents');
  await saved(ana);
  await ana.context().setOffline(true);
  await expect(savingOf(ana)).toHaveText('Reconnecting');
  await ana.keyboard.type(' // typed far away');
  await expect(savingOf(ana)).toHaveText(/^Offline: \d+ edits kept$/);
  expect(await textOf(bo)).not.toContain('typed far away');
  await ana.context().setOffline(false);
  await saved(ana);
  await expect.poll(() => textOf(bo)).toContain(' // typed far away');
});
