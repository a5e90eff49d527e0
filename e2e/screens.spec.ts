import { caretAtEndOf, openFile } from './fixtures/editor.ts';
import { inspect } from './fixtures/inspect.ts';
import { expect, team, test, type NewPerson } from './fixtures/people.ts';
import { openSession } from './fixtures/rest.ts';
import { askForSuggestion, hunkIn, panelButton, review, saved, suggestionOf } from './fixtures/session-page.ts';

/** Every page and panel: axe, nothing sideways, and a picture to look at. */

const longName = 'Maximiliana-Alexandra Featherstonehaugh-Cholmondeley of the Northern Reaches';
const maxi: NewPerson = {
  name: longName,
  email: 'maximiliana-alexandra.featherstonehaugh@northern-reaches.example.com',
};
const longTitle =
  'Round every amount exactly once, at the boundary, and never again anywhere else in the ledger, the cart or the report';

test('the pages in front of the door are fit for everyone', async ({ app, stranger, rest, people }) => {
  await people.signedIn(maxi);
  await stranger.goto('/sign-in');
  await inspect(stranger, 'sign-in');
  await stranger.getByRole('button', { name: 'Sign in' }).click();
  await expect(stranger.getByText('Type your password')).toBeVisible();
  await inspect(stranger, 'sign-in-refused');
  await stranger.goto('/setup');
  await inspect(stranger, 'setup-done');
  const { url } = await rest.post<{ url: string }>(`/teams/${team}/invitations`, { role: 'developer' });
  await stranger.goto(url);
  await expect(stranger.getByRole('heading', { name: 'Join Team' })).toBeVisible();
  await inspect(stranger, 'invite');
  await stranger.goto('/invite?token=none');
  await inspect(stranger, 'invite-unknown');
  const reset = JSON.parse(await app.command(['user', 'reset', maxi.email, '--json'])) as { url: string };
  await stranger.goto(reset.url);
  await expect(stranger.getByLabel('New password')).toBeVisible();
  await inspect(stranger, 'reset');
});

test('the pages of a team are fit for everyone', async ({ ana, browserOf, rest, sample, witness }) => {
  test.setTimeout(120_000);
  await browserOf(maxi);
  await openSession(rest, team, { projectId: sample, title: longTitle });
  await ana.goto(`/${team}`);
  await expect(ana.getByRole('link', { name: /Round every amount/ })).toBeVisible();
  await inspect(ana, 'home');
  await ana.getByRole('button', { name: 'New session' }).click();
  await expect(ana.getByRole('dialog', { name: 'New session' })).toBeVisible();
  await inspect(ana, 'new-session');
  await ana.goto(`/${team}/projects`);
  await expect(ana.getByRole('link', { name: /ledger/ }).first()).toBeVisible();
  await inspect(ana, 'projects');
  await ana.goto(`/${team}/projects/new`);
  await inspect(ana, 'new-project');
  await ana.goto(`/${team}/projects/${sample}`);
  await expect(ana.getByRole('tab', { name: 'Sessions' })).toBeVisible();
  await inspect(ana, 'project');
  await ana.getByRole('tab', { name: 'Settings' }).click();
  await inspect(ana, 'project-settings');
  for (const page of ['people', 'tokens', 'account', 'git-hosts']) {
    await ana.goto(`/${team}/settings/${page}`);
    await expect(ana.getByRole('heading', { level: 1 })).toBeVisible();
    await inspect(ana, `settings-${page}`);
  }
  await ana.goto(`/${team}/audit`);
  await expect(ana.getByRole('heading', { level: 1, name: 'Audit' })).toBeVisible();
  await inspect(ana, 'audit');
  witness.expect(/\/nowhere$/);
  await ana.goto('/nowhere');
  await inspect(ana, 'not-found');
});

test('a team without anything in it is fit for everyone', async ({ ana }) => {
  await ana.goto(`/${team}/settings/people`);
  await ana.getByRole('button', { name: 'Make a team' }).click();
  await ana.getByRole('dialog').getByRole('textbox', { name: 'Name' }).fill('Empty rooms');
  await ana.getByRole('button', { name: 'Make team' }).click();
  await expect(ana.getByText('/empty-rooms')).toBeVisible();
  await ana.goto('/empty-rooms');
  await expect(ana.getByRole('heading', { name: 'Begin with a repository' })).toBeVisible();
  await inspect(ana, 'home-empty');
  await ana.goto('/empty-rooms/projects');
  await inspect(ana, 'projects-empty');
});

test('a session with all its panels is fit for everyone', async ({ ana, browserOf, rest, sample, witness }) => {
  test.setTimeout(180_000);
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
