import { inspect } from './fixtures/inspect.ts';
import { longTitle, maxi } from './fixtures/long-words.ts';
import { expect, team, test } from './fixtures/people.ts';
import { openSession } from './fixtures/rest.ts';

/** Every page: axe, nothing sideways, and a picture to look at. */

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
  for (const page of ['people', 'tools', 'policies', 'guard', 'agents', 'tokens', 'account', 'git-hosts']) {
    await ana.goto(`/${team}/settings/${page}`);
    await expect(ana.getByRole('heading', { level: 1 })).toBeVisible();
    await inspect(ana, `settings-${page}`);
  }
  for (const view of ['Rules', 'Approvals', 'Try', 'Measure']) {
    await ana.goto(`/${team}/settings/guard?view=${view.toLowerCase()}`);
    await expect(ana.getByRole('tab', { name: view, selected: true })).toBeVisible();
    // To measure is to judge some ten thousand cases.
    await expect(ana.getByText('Judging every case once more')).toBeHidden({ timeout: 120_000 });
    await inspect(ana, `settings-guard-${view.toLowerCase()}`);
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
