import type { Page } from '@playwright/test';
import { caretAtEndOf, openFile, textOf } from './fixtures/editor.ts';
import { inspect } from './fixtures/inspect.ts';
import { expect, test } from './fixtures/people.ts';
import { panelButton, saved, transcriptOf } from './fixtures/session-page.ts';

const dialogOf = (page: Page) => page.getByRole('dialog', { name: /^Share “/ });

async function makeLink(page: Page, level: 'View' | 'Comment' | 'Edit', asksFirst = true): Promise<string> {
  await page.getByRole('button', { name: 'Share', exact: true }).click();
  const dialog = dialogOf(page);
  await dialog.getByRole('combobox', { name: 'Guests may' }).click();
  await page.getByRole('option', { name: level, exact: true }).click();
  if (!asksFirst) await dialog.getByRole('checkbox', { name: 'Ask before someone joins' }).uncheck();
  await dialog.getByRole('button', { name: 'Make link' }).click();
  return dialog.getByRole('textbox', { name: 'Link for guests' }).inputValue();
}

test('a guest on a phone knocks without an account, edits, may only view, and is shown out', async ({
  bo,
  stranger,
  session,
  witness,
}) => {
  witness.expect(/stranger: console: .*(404|403|401)/);
  for (const page of [bo, stranger]) page.setDefaultTimeout(30_000);
  await bo.goto(session.path);
  await openFile(bo, 'src/money.ts');
  const link = await makeLink(bo, 'Edit');
  expect(link).toMatch(/\/join\/[\w-]{43}$/);
  await bo.getByRole('button', { name: 'Close' }).click();

  await stranger.setViewportSize({ width: 390, height: 844 });
  const answer = await stranger.goto(link);
  expect(answer?.headers()).toMatchObject({ 'referrer-policy': 'no-referrer', 'x-frame-options': 'DENY' });
  await expect(stranger.getByText('Bo of the team Team invites you to this session.')).toBeVisible();
  await stranger.getByLabel('Your name').fill('Gil');
  await stranger.getByRole('button', { name: 'Ask to join' }).click();
  await expect(stranger.getByRole('heading', { name: /^Waiting for someone in the session/ })).toBeVisible();
  await inspect(stranger, 'join-waiting', ['phone']);

  const card = bo.getByRole('group', { name: 'Gil (guest) asks to be let in' });
  await expect(card).toBeVisible();
  await expect(bo).toHaveTitle(/^\(1\) /);
  await inspect(bo, 'knock-card', ['desk']);
  await card.getByRole('button', { name: 'Decline Gil (guest)' }).click();
  await expect(card).toBeHidden();
  await expect(stranger.getByRole('heading', { name: 'You were not let in' })).toBeVisible();
  await stranger.setViewportSize({ width: 390, height: 844 });
  await stranger.getByRole('button', { name: 'Ask again' }).click();
  await card.getByRole('button', { name: 'Let in Gil (guest)' }).click();

  await stranger.waitForURL(/\/guest\/ses_/);
  await expect(stranger.getByRole('banner').getByText('Gil (guest)')).toBeVisible();
  await expect(stranger.getByRole('button', { name: 'Share', exact: true })).toBeHidden();
  await expect(stranger.getByRole('button', { name: /^Commit/ })).toBeHidden();
  await expect(transcriptOf(stranger)).toContainText('let Gil (guest) in');
  await stranger.getByRole('navigation', { name: 'Session views' }).getByRole('button', { name: 'Files' }).click();
  await openFile(stranger, 'src/money.ts');
  await caretAtEndOf(stranger, 'Units to whole cents');
  await stranger.keyboard.type(' by Gil');
  await expect.poll(() => textOf(bo)).toContain('by Gil');
  await saved(stranger);
  await stranger.setViewportSize({ width: 390, height: 844 });

  await panelButton(bo, 'People').click();
  await expect(bo.getByRole('button', { name: /^Follow Gil \(guest\)/ }).first()).toBeVisible();
  await bo.getByRole('button', { name: 'Who has access' }).click();
  const dialog = dialogOf(bo);
  await expect(dialog.getByRole('region', { name: 'Guests' })).toContainText('Let in by Bo');
  await inspect(bo, 'who-has-access', ['phone']);
  await dialog.getByRole('combobox', { name: 'What Gil (guest) may do' }).click();
  await bo.getByRole('option', { name: 'View', exact: true }).click();
  await expect(stranger.getByRole('textbox', { name: 'src/money.ts, read only' })).toBeAttached();
  const before = await textOf(stranger);
  await caretAtEndOf(stranger, 'Units to whole cents');
  await stranger.keyboard.type('mine');
  expect(await textOf(stranger)).toBe(before);

  await dialog.getByRole('button', { name: 'End the access of Gil (guest)' }).click();
  await expect(stranger.getByText('Someone in the session ended your access.').first()).toBeVisible();
  await stranger.reload();
  await expect(stranger.getByRole('heading', { name: 'You are not in this session' })).toBeVisible();
  await stranger.goto(link);
  await expect(stranger.getByRole('heading', { name: 'Your access was ended' })).toBeVisible();
  await expect(stranger.getByRole('button', { name: /^Ask/ })).toBeHidden();
  await stranger.goto(session.path);
  await expect(stranger).toHaveURL(/\/sign-in/);
});
