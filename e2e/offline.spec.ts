import type { Page } from '@playwright/test';
import { caretAtEndOf, copiedText, openFile, savingOf, textOf } from './fixtures/editor.ts';
import { inspect } from './fixtures/inspect.ts';
import { anaPerson, boPerson, expect, signIn, team, test } from './fixtures/people.ts';
import type { Rest } from './fixtures/rest.ts';
import { joinRoom } from './fixtures/room-client.ts';
import { saved } from './fixtures/session-page.ts';

/** What becomes of edits when the room cannot be reached, or does not take them; and what is too much at once. */

// Pictures are taken on the way, and five megabytes are typed into three documents.
test.describe.configure({ timeout: 180_000 });

async function serverText(rest: Rest, sessionId: string, file: string): Promise<string> {
  const { text } = await rest.get<{ text: string }>(`/sessions/${sessionId}/files/text?path=${file}`);
  return text;
}

/** Lets the page reach its server but not its rooms, and back again. */
async function roomsOf(page: Page): Promise<{ shut(): Promise<void>; open(): void }> {
  let isOpen = true;
  const lines = new Set<() => Promise<void>>();
  await page.routeWebSocket(/\/collab\//, (socket) => {
    if (!isOpen) return void socket.close({ code: 1013, reason: '' });
    const server = socket.connectToServer();
    lines.add(async () => {
      await server.close();
      await socket.close({ code: 1012, reason: '' });
    });
    return undefined;
  });
  return {
    async shut() {
      isOpen = false;
      for (const close of lines) await close();
      lines.clear();
    },
    open() {
      isOpen = true;
    },
  };
}

test('edits made without the room outlive the tab, are counted again, and merge with what others wrote meanwhile', async ({
  ana,
  bo,
  rest,
  session,
}) => {
  await rest.post(`/sessions/${session.id}/files`, { path: 'notes.txt', text: 'one\ntwo\nthree\n' });
  const rooms = await roomsOf(ana);
  for (const page of [ana, bo]) {
    await page.goto(session.path);
    await openFile(page, 'notes.txt');
  }
  await saved(ana);
  await rooms.shut();
  await expect(savingOf(ana)).toHaveText('Reconnecting');
  await caretAtEndOf(ana, 'two');
  await ana.keyboard.type(' kept');
  await expect(savingOf(ana)).toHaveText('Offline: 5 edits kept');
  await expect(ana.getByText('5 edits of yours are kept in this browser')).toBeVisible();
  await inspect(ana, 'session-offline');
  await caretAtEndOf(bo, 'one');
  await bo.keyboard.type(' from bo');
  await saved(bo);

  await ana.reload();
  await expect(savingOf(ana)).toHaveText('Offline: 5 edits kept');
  await expect.poll(() => textOf(ana)).toBe('one\ntwo kept\nthree\n');
  await caretAtEndOf(ana, 'three');
  await ana.keyboard.type('!');
  await expect(savingOf(ana)).toHaveText('Offline: 6 edits kept');
  expect(await textOf(bo)).not.toContain('kept');
  rooms.open();
  await saved(ana);
  for (const page of [ana, bo]) await expect.poll(() => textOf(page)).toBe('one from bo\ntwo kept\nthree!\n');
  expect(await serverText(rest, session.id, 'notes.txt')).toBe('one from bo\ntwo kept\nthree!\n');
  await ana.reload();
  await saved(ana);
});

test('a sign-in that ended meanwhile loses nothing, and someone else in the same browser sees and sends nothing of it', async ({
  browserOf,
  people,
  stranger,
  rest,
  session,
  witness,
}) => {
  witness.expect(/stranger: console: .*(401|WebSocket|ERR_|Failed to fetch)/);
  const dora = { name: 'Dora', email: 'dora-offline@example.com' };
  await rest.post(`/sessions/${session.id}/files`, { path: 'notes.txt', text: 'one\n' });
  const desk = await browserOf(dora);
  await people.signedIn(boPerson);
  const rooms = await roomsOf(stranger);
  await signIn(stranger, dora.email);
  await stranger.goto(session.path);
  await openFile(stranger, 'notes.txt');
  await saved(stranger);
  await rooms.shut();
  await expect(savingOf(stranger)).toHaveText('Reconnecting');
  await caretAtEndOf(stranger, 'one');
  await stranger.keyboard.type(' of dora');
  await desk.goto(`/${team}/settings/account`);
  await desk.getByRole('button', { name: 'Sign out all other devices' }).click();
  await expect(desk.getByText('This device')).toBeVisible();
  rooms.open();
  const banner = stranger.getByRole('alert').filter({ hasText: 'Your sign-in ended' });
  await expect(banner).toContainText('8 edits of yours are kept in this browser');
  await expect(savingOf(stranger)).toHaveText('Signed out: 8 edits kept');
  await banner.getByRole('button', { name: 'Sign in' }).click();
  await expect(stranger).toHaveURL(/\/sign-in\?callbackUrl=/);

  await signIn(stranger, boPerson.email);
  await stranger.goto(session.path);
  await openFile(stranger, 'notes.txt');
  await saved(stranger);
  expect(await textOf(stranger)).toBe('one\n');
  await stranger.context().clearCookies();

  await signIn(stranger, dora.email);
  await stranger.goto(session.path);
  await openFile(stranger, 'notes.txt');
  await saved(stranger);
  await expect.poll(() => textOf(stranger)).toBe('one of dora\n');
  expect(await serverText(rest, session.id, 'notes.txt')).toBe('one of dora\n');
});

test('edits of someone who lost the right to edit are shown to them, and go in again when the right is back', async ({
  ana,
  browserOf,
  rest,
  session,
}) => {
  const eve = await browserOf({ name: 'Evelyn', email: 'evelyn@example.com' });
  await rest.post(`/sessions/${session.id}/files`, { path: 'notes.txt', text: 'one\n' });
  const rooms = await roomsOf(eve);
  await eve.goto(session.path);
  await openFile(eve, 'notes.txt');
  await saved(eve);
  await rooms.shut();
  await expect(savingOf(eve)).toHaveText('Reconnecting');
  await caretAtEndOf(eve, 'one');
  await eve.keyboard.type(' by evelyn');
  await ana.goto(`/${team}/settings/people`);
  const role = ana.getByRole('combobox', { name: 'Role of Evelyn' });
  const become = async (label: RegExp) => {
    await role.click();
    await ana.getByRole('option', { name: label }).click();
    await expect(role).toBeEnabled();
  };
  await become(/^Viewer/);
  rooms.open();
  const banner = eve.getByRole('alert').filter({ hasText: 'did not go into the session' });
  await expect(banner).toContainText('10 edits of yours in notes.txt');
  await expect.poll(() => textOf(eve)).toBe('one\n');
  await banner.getByRole('button', { name: 'Show my edits' }).click();
  const dialog = eve.getByRole('dialog');
  await expect(dialog.getByText('one by evelyn')).toBeVisible();
  await expect(dialog.getByRole('button', { name: 'Put them in' })).toBeHidden();
  await inspect(eve, 'session-laid-aside');
  await become(/^Developer/);
  await dialog.getByRole('button', { name: 'Put them in' }).click();
  await saved(eve);
  await expect(banner).toBeHidden();
  expect(await serverText(rest, session.id, 'notes.txt')).toBe('one by evelyn\n');
});

test('a paste of five megabytes goes through in parts, one undo takes it back, and a larger one is refused', async ({
  app,
  browserOf,
  bo,
  rest,
  session,
}) => {
  const ana = await browserOf(anaPerson, { permissions: ['clipboard-read', 'clipboard-write'] });
  await rest.post(`/sessions/${session.id}/files`, { path: 'large.txt', text: 'begin\nend\n' });
  for (const page of [ana, bo]) {
    await page.goto(session.path);
    await openFile(page, 'large.txt');
  }
  const program = await joinRoom(rest, app.url, session.id);
  const paste = async (unit: string, times: number) => {
    await ana.evaluate(([one, count]) => navigator.clipboard.writeText(one.repeat(count)), [unit, times] as const);
    await caretAtEndOf(ana, 'begin');
    await ana.keyboard.press('ControlOrMeta+v');
  };
  // Once the paste is there, the end is far below what she sees.
  await caretAtEndOf(bo, 'end');
  await paste('x'.repeat(31) + '\n', 150_000);
  await bo.keyboard.type(' of bo');
  await expect.poll(() => program.text('large.txt')?.length, { timeout: 30_000 }).toBe(4_800_000 + 16);
  for (const page of [ana, bo]) await saved(page);
  const text = program.text('large.txt')?.toString() ?? '';
  expect(text).toMatch(/^beginx{31}\n/);
  expect(text).toMatch(/\nend of bo\n$/);
  await ana.keyboard.press('ControlOrMeta+z');
  await expect.poll(() => program.text('large.txt')?.toString()).toBe('begin\nend of bo\n');
  await expect.poll(() => textOf(ana)).toBe('begin\nend of bo\n');

  await paste('y'.repeat(32), 200_000);
  await expect(ana.getByText('The edit was taken back')).toBeVisible({ timeout: 30_000 });
  await paste('a line of a million characters '.repeat(10), 3_300);
  await expect.poll(() => program.text('large.txt')?.length, { timeout: 30_000 }).toBe(310 * 3_300 + 16);
  await bo.keyboard.type('!');
  await expect.poll(() => program.text('large.txt')?.toString().slice(-12)).toBe('end of bo!\n'.padStart(12, '\n'));
  for (const page of [ana, bo]) await saved(page);
  program.end();
});

test('writing from right to left, joined characters and emoji stay whole for two people and a careless program', async ({
  app,
  browserOf,
  bo,
  rest,
  session,
}) => {
  const ana = await browserOf(anaPerson, { permissions: ['clipboard-read', 'clipboard-write'] });
  await rest.post(`/sessions/${session.id}/files`, { path: 'words.txt', text: 'שלום עולם\ncafe\u0301\n' });
  for (const page of [ana, bo]) {
    await page.goto(session.path);
    await openFile(page, 'words.txt');
  }
  const program = await joinRoom(rest, app.url, session.id);
  const all = async (text: string) => {
    await expect.poll(() => program.text('words.txt')?.toString()).toBe(text);
    await expect.poll(() => copiedText(ana)).toBe(text);
  };
  await caretAtEndOf(ana, 'caf');
  await ana.keyboard.insertText(' 👩‍👩‍👧🙂');
  await caretAtEndOf(bo, 'עולם');
  await bo.keyboard.insertText(' مرحبا');
  await all('שלום עולם مرحبا\ncafe\u0301 👩‍👩‍👧🙂\n');
  await caretAtEndOf(ana, 'caf');
  await ana.keyboard.press('Backspace');
  await all('שלום עולם مرحبا\ncafe\u0301 👩‍👩‍👧\n');
  await ana.keyboard.press('ControlOrMeta+z');
  await all('שלום עולם مرحبا\ncafe\u0301 👩‍👩‍👧🙂\n');
  const text = program.text('words.txt');
  text?.insert((text.toString().indexOf('🙂') ?? 0) + 1, '|');
  await all('שלום עולם مرحبا\ncafe\u0301 👩‍👩‍👧\ufffd|\ufffd\n');
  await caretAtEndOf(bo, 'caf');
  await bo.keyboard.type('.');
  await all('שלום עולם مرحبا\ncafe\u0301 👩‍👩‍👧\ufffd|\ufffd.\n');
  program.end();
});
