import { caretAtEndOf, openFile } from './fixtures/editor.ts';
import { inspect } from './fixtures/inspect.ts';
import { longTitle, maxi } from './fixtures/long-words.ts';
import { expect, team, test } from './fixtures/people.ts';
import { openSession } from './fixtures/rest.ts';
import { askForSuggestion, hunkIn, panelButton, review, saved, suggestionOf } from './fixtures/session-page.ts';

/** Every panel and view of a session: axe, nothing sideways, and a picture to look at. */

test('a session with all its panels is fit for everyone', async ({ ana, browserOf, rest, sample, witness }) => {
  witness.expect(/409 \(Conflict\)/);
  const session = await openSession(rest, team, { projectId: sample, title: longTitle });
  const other = await browserOf(maxi);
  await ana.goto(session.path);
  await expect(ana.getByRole('treeitem', { name: /^README/ })).toBeVisible();
  await inspect(ana, 'session-empty');
  await other.goto(session.path);
  for (const page of [ana, other]) await openFile(page, 'src/import-csv.ts');
  await caretAtEndOf(other, 'const cents = parseAmount');
  await other.keyboard.type(' // hers');
  await saved(other);
  await expect(ana.getByTestId('code-editor')).toContainText('// hers');
  await inspect(ana, 'session-file');
  await askForSuggestion(ana, 'rename parseAmount to parseMoney');
  await inspect(ana, 'session-suggested', ['desk']);
  await review(ana);
  await inspect(ana, 'session-suggestion');
  await caretAtEndOf(other, 'const cents = parseAmount');
  await other.keyboard.type(' and hers');
  await saved(other);
  await hunkIn(ana, 'src/import-csv.ts').filter({ hasText: 'parseAmount(amount)' }).click();
  await ana.keyboard.press('y');
  await expect(ana.getByRole('group', { name: /^Conflict in/ })).toBeVisible();
  await inspect(ana, 'session-conflict');
  await suggestionOf(ana).getByRole('button', { name: 'Decide later' }).click();

  await panelButton(ana, 'Search').click();
  await ana.getByRole('textbox', { name: 'Search for' }).fill('cents');
  await expect(ana.getByRole('region', { name: 'Results' })).toContainText(/ in \d+ files/);
  await inspect(ana, 'session-search', ['desk']);
  await panelButton(ana, 'People').click();
  await inspect(ana, 'session-people', ['desk']);
  await panelButton(ana, 'Changes').click();
  await ana
    .getByRole('region', { name: 'Changes' })
    .getByRole('button', { name: /import-csv\.ts/ })
    .first()
    .click();
  await expect(ana.getByRole('region', { name: 'Change of src/import-csv.ts' })).toBeVisible();
  await inspect(ana, 'session-change');
  await ana.getByRole('button', { name: 'Run', exact: true }).click();
  await ana.getByRole('region', { name: 'Run' }).getByRole('button', { name: 'Lint' }).click();
  await expect(ana.getByRole('region', { name: 'Run' }).getByText(/✗ failed|✓ succeeded/)).toBeVisible({
    timeout: 40_000,
  });
  await inspect(ana, 'session-run', ['desk']);
  await ana.getByRole('button', { name: /^Commit \d+/ }).click();
  await expect(ana.getByRole('dialog').getByLabel('Message')).toBeVisible();
  await inspect(ana, 'session-commit');
  await ana.keyboard.press('Escape');

  await ana.setViewportSize({ width: 390, height: 844 });
  const views = ana.getByRole('navigation', { name: 'Session views' });
  for (const view of ['Conversation', 'Changes', 'Files', 'People']) {
    await views.getByRole('button', { name: new RegExp(`^${view}`) }).click();
    await inspect(ana, `session-view-${view.toLowerCase()}`, ['phone']);
    await ana.setViewportSize({ width: 390, height: 844 });
  }
});
