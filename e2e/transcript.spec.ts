import { inspect } from './fixtures/inspect.ts';
import { expect, test } from './fixtures/people.ts';
import { askForSuggestion, transcriptOf } from './fixtures/session-page.ts';

test('what was said and done is found where it is folded, and a moment has an address of its own', async ({
  ana,
  bo,
  session,
}) => {
  await ana.context().grantPermissions(['clipboard-read', 'clipboard-write']);
  await ana.goto(session.path);
  await askForSuggestion(ana, 'rename parseAmount to parseMoney');
  const transcript = transcriptOf(ana);
  await expect(transcript.getByText(/^✓ Done after/)).toBeVisible();

  await transcript.focus();
  await ana.keyboard.press('ControlOrMeta+f');
  const bar = ana.getByRole('search', { name: 'Find in the conversation' });
  const words = bar.getByRole('textbox', { name: 'Words to find' });
  await words.fill('PARSEMONEY');
  const count = bar.getByRole('status');
  await expect(count).toHaveText(/^(\d+) of \1$/);
  await words.press('Enter');
  await expect(count).toHaveText(/^1 of \d+$/);
  await words.fill('no such words');
  await expect(count).toHaveText('None');
  await words.press('Escape');
  await expect(bar).toBeHidden();

  await transcript.getByText('rename parseAmount to parseMoney', { exact: true }).hover();
  await transcript.getByRole('button', { name: 'More for this entry' }).nth(1).click();
  await ana.getByRole('menuitem', { name: 'Copy a link to this moment' }).click();
  const address = await ana.evaluate(() => navigator.clipboard.readText());
  expect(address).toMatch(/#at-\d+$/);

  // Nobody else has to know where they are in the conversation: the link says it.
  await bo.goto(address);
  await expect(transcriptOf(bo).locator('[data-pointed]')).toBeInViewport();
  await inspect(bo, 'conversation');
});
