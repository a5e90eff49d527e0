import type { Page } from '@playwright/test';
import { openFile, textOf } from './fixtures/editor.ts';
import { inspect } from './fixtures/inspect.ts';
import { expect, password, signIn, team, test } from './fixtures/people.ts';
import { serverProcess } from './fixtures/server-process.ts';
import { Witness } from './fixtures/witness.ts';

test('the set-up link makes the first admin and team once, and an invitation lets a second person in', async ({
  browser,
}) => {
  const server = await serverProcess({ withAdmin: false });
  const witness = new Witness(server.url);
  const freshPage = async (who: string): Promise<Page> => {
    const context = await browser.newContext({ baseURL: server.url });
    await witness.watch(context, who);
    return context.newPage();
  };
  try {
    await server.start();
    const link = /http:\/\/\S+\/setup\?token=\S+/.exec(server.output())?.[0];
    expect(link).toBeDefined();
    const cleo = await freshPage('cleo');
    await cleo.goto('/');
    await expect(cleo.getByRole('heading', { name: 'Ensemble is not set up yet' })).toBeVisible();
    await cleo.goto(link ?? '');
    await expect(cleo.getByRole('heading', { name: 'Set up Ensemble' })).toBeVisible();
    await inspect(cleo, 'setup');
    await cleo.getByLabel('Your name').fill('Cleo');
    await cleo.getByLabel('Email').fill('cleo@example.com');
    await cleo.getByLabel('Password', { exact: true }).fill(password);
    await cleo.getByLabel('Team').fill('Paper mill');
    await cleo.getByRole('button', { name: 'Set up Ensemble' }).click();
    await cleo.waitForURL('**/paper-mill');
    await expect(cleo.getByRole('button', { name: /^Team Paper mill/ })).toBeVisible();

    const late = await freshPage('late');
    await late.goto(link ?? '');
    await expect(late.getByRole('heading', { name: 'Ensemble is set up already' })).toBeVisible();

    await cleo.goto('/paper-mill/settings/people');
    await cleo.getByRole('button', { name: 'Invite someone' }).click();
    await cleo.getByRole('button', { name: 'Make link' }).click();
    const invitation = await cleo.getByRole('textbox', { name: 'Invitation link' }).inputValue();
    await late.goto(invitation);
    await expect(late.getByText('Cleo invites you to the team Paper mill as a developer.')).toBeVisible();
    await late.getByLabel('Your name').fill('Dirk');
    await late.getByLabel('Email').fill('dirk@example.com');
    await late.getByLabel('Password', { exact: true }).fill(password);
    await late.getByRole('button', { name: 'Make an account and join' }).click();
    await late.waitForURL('**/paper-mill');
    await expect(late.getByRole('button', { name: 'Account of Dirk' })).toBeVisible();

    const third = await freshPage('third');
    await third.goto(invitation);
    await expect(third.getByRole('heading', { name: /used/ })).toBeVisible();
    expect(witness.troubles()).toEqual([]);
  } finally {
    for (const context of browser.contexts()) await context.close();
    await server.stop();
    server.remove();
  }
});

test('a wrong password says so, and after ten attempts says when to come back', async ({ stranger, witness }) => {
  witness.expect(/401 \(Unauthorized\)/);
  await stranger.goto('/sign-in');
  await stranger.getByLabel('Email').fill('nobody@example.com');
  const attempt = async () => {
    await stranger.getByLabel('Password', { exact: true }).fill('not the password');
    const answer = stranger.waitForResponse('**/api/auth/callback/credentials');
    await stranger.getByRole('button', { name: 'Sign in' }).click();
    await answer;
  };
  await attempt();
  await expect(stranger.getByRole('main').getByRole('alert')).toContainText('Email and password do not fit together.');
  for (let attempts = 1; attempts < 11; attempts++) {
    await expect(stranger.getByRole('button', { name: 'Sign in' })).toBeEnabled();
    await attempt();
  }
  await expect(stranger.getByRole('main').getByRole('alert')).toContainText(
    /There were too many attempts\. Try again in \d+ minutes?\./,
  );
});

test('a device that is signed out elsewhere loses its page, its socket and its calls within about a second', async ({
  browserOf,
  stranger,
  session,
  witness,
}) => {
  witness.expect(/stranger: console: .*(401|WebSocket|ERR_|Failed to fetch)/);
  const dora = { name: 'Dora', email: 'dora@example.com' };
  const desk = await browserOf(dora);
  await signIn(stranger, dora.email);
  await stranger.goto(session.path);
  await openFile(stranger, 'src/money.ts');
  await desk.goto(`/${team}/settings/account`);
  await desk.getByRole('button', { name: 'Sign out all other devices' }).click();
  const askedAt = performance.now();
  await expect(stranger.getByRole('alert').filter({ hasText: 'Your sign-in ended' })).toBeVisible();
  expect(performance.now() - askedAt).toBeLessThan(2_500);
  const answer = await stranger.request.get('/api/trpc/identity.devices');
  expect(answer.status()).toBe(401);
  await stranger.reload();
  await expect(stranger).toHaveURL(/\/sign-in/);
  await desk.reload();
  await expect(desk.getByText('This device')).toBeVisible();
});

test('someone else’s session looks exactly like one that does not exist', async ({
  ana,
  browserOf,
  session,
  witness,
}) => {
  witness.expect(/404 \(Not Found\)/);
  await ana.goto(`/${team}/settings/people`);
  await ana.getByRole('button', { name: 'Make a team' }).click();
  await ana.getByRole('dialog').getByRole('textbox', { name: 'Name' }).fill('Elsewhere');
  await ana.getByRole('button', { name: 'Make team' }).click();
  await expect(ana.getByText('/elsewhere')).toBeVisible();

  const outsider = await browserOf({ name: 'Eve', email: 'eve@example.com', team: 'elsewhere' });
  const absent = 'ses_00000000000000000000000000';
  const seen: string[] = [];
  for (const path of [
    session.path,
    `/${team}/sessions/${absent}`,
    `/elsewhere/sessions/${session.id}`,
    `/elsewhere/sessions/${absent}`,
    '/nowhere',
  ]) {
    const answer = await outsider.goto(path);
    expect(answer?.status(), path).toBe(404);
    await expect(outsider.getByRole('heading', { name: 'Nothing here' })).toBeVisible();
    seen.push(await outsider.locator('body').innerText());
  }
  expect(new Set(seen.slice(0, 2)).size).toBe(1);
  expect(new Set(seen.slice(2, 4)).size).toBe(1);
});

test('a viewer reads the code and the conversation and can change neither', async ({ browserOf, ana, session }) => {
  const viewer = await browserOf({ name: 'Vera', email: 'vera@example.com', role: 'viewer' });
  await ana.goto(session.path);
  await viewer.goto(session.path);
  await openFile(viewer, 'src/money.ts');
  await expect(viewer.getByRole('textbox', { name: 'src/money.ts, read only' })).toBeAttached();
  const before = await textOf(viewer);
  await viewer.getByText('Units to whole cents').click();
  await viewer.keyboard.type('mine');
  expect(await textOf(viewer)).toBe(before);
  await expect(viewer.getByRole('button', { name: 'Propose' })).toBeVisible();
  await expect(viewer.getByRole('button', { name: 'Send' })).toBeHidden();
  await expect(viewer.getByRole('button', { name: /^Commit/ })).toBeHidden();
  await expect(viewer.getByRole('button', { name: 'New file' })).toBeHidden();
});
