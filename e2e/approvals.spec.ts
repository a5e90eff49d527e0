import type { Browser } from '@playwright/test';
import { startModelServer, type ModelServer } from './fakes/model-server.ts';
import { addModels, choose } from './fixtures/house-model.ts';
import { inspect } from './fixtures/inspect.ts';
import { expect, password, signIn, team, test } from './fixtures/people.ts';
import { addProject, openSession, restClient } from './fixtures/rest.ts';
import { admin, serverProcess, type ServerProcess } from './fixtures/server-process.ts';
import { transcriptOf } from './fixtures/session-page.ts';
import { Witness } from './fixtures/witness.ts';

const skips = 'git commit --allow-empty --no-verify -m later';
const cleo = { name: 'Cleo', email: 'cleo@example.com' };

/** What the agent's model does, and what the guard is told when it asks for a second opinion. */
function script(models: ModelServer): void {
  models.script(
    ({ tools, lastUserText }) =>
      tools.length === 0 && lastUserText.includes('"words"')
        ? { says: [{ text: JSON.stringify({ verdict: 'ask', reason: 'Nobody asked to skip the checks.' }) }] }
        : undefined,
    {
      when: { hasTools: true },
      turns: [
        { says: [{ tool: 'run', arguments: { command: skips } }] },
        { says: [{ tool: 'run', arguments: { command: 'node --test test/money.test.ts' } }] },
        { says: [{ text: 'That is all.' }] },
      ],
    },
  );
}

async function signedIn(
  browser: Browser,
  { server, witness, email }: { server: ServerProcess; witness: Witness; email: string },
) {
  const context = await browser.newContext({ baseURL: server.url });
  await witness.watch(context, email);
  const page = await context.newPage();
  await signIn(page, email);
  return page;
}

// On a server of its own: a model that is set up changes with which agent other stories begin.
test('[GU53] [GU54] two people allow what an agent asks, one from a phone, with a second opinion beside it', async ({
  browser,
}) => {
  const models = await startModelServer();
  const server = await serverProcess({ withAdmin: true });
  const witness = new Witness(server.url);
  try {
    await server.start();
    const words = ['user', 'create', cleo.email, '--name', cleo.name, '--team', team, '--role', 'lead'];
    await server.command([...words, '--password-stdin'], password);
    const ana = await signedIn(browser, { server, witness, email: admin.email });
    await addModels(ana, models, { provider: 'House model' });
    script(models);

    await test.step('an admin asks for two people, and for a second opinion', async () => {
      await ana.goto(`/${team}/settings/guard?view=approvals`);
      await ana.getByRole('button', { name: 'Ask for more' }).click();
      const form = ana.getByRole('dialog', { name: 'Ask for more' });
      await form.getByLabel('What is asked about').click();
      await ana.getByRole('option', { name: 'Every question' }).click();
      await form.getByText('Two people', { exact: true }).click();
      await form.getByLabel('Not whoever asked').uncheck();
      await expect(form.getByText('Two leads or admins have to allow this.')).toBeVisible();
      await inspect(ana, 'guard-ask-for-more');
      await form.getByRole('button', { name: 'Set the rule' }).click();
      await expect(form).toBeHidden();
      await expect(ana.getByText('Two leads or admins')).toBeVisible();
      const opinion = ana.getByRole('region', { name: 'Second opinion' });
      await opinion.getByRole('combobox', { name: 'A model', exact: true }).click();
      await ana.getByRole('option', { name: 'May be stricter than the guard' }).click();
      await opinion.getByRole('combobox', { name: 'Which one' }).click();
      await ana.getByRole('option', { name: 'scripted-large' }).click();
      await opinion.getByRole('button', { name: 'Save' }).click();
      await expect(opinion.getByRole('button', { name: 'Save' })).toBeDisabled();
      await inspect(ana, 'guard-approvals');
    });

    const scopes = ['read', 'write', 'prompt', 'admin'].flatMap((scope) => ['--scope', scope]);
    const rest = restClient(server.url, await server.command(['token', 'create', '--user', admin.email, ...scopes]));
    const projectId = await addProject(rest, team, { name: 'ledger', source: { type: 'sample' } });
    const { id } = await openSession(rest, team, { projectId, title: 'Exact money' });
    await ana.goto(`/${team}/sessions/${id}`);
    const phone = await signedIn(browser, { server, witness, email: cleo.email });
    await phone.setViewportSize({ width: 390, height: 844 });
    await phone.goto(`/${team}/sessions/${id}`);

    const cardOf = (page: typeof ana, title: RegExp) => transcriptOf(page).getByRole('group', { name: title });
    const first = /^Permission: git commit/;
    const second = /^Permission: node --test/;

    await test.step('the card says whom it needs, and the key a allows it once', async () => {
      await choose(ana, 'Agent', 'Assistant');
      await ana.getByRole('textbox', { name: 'Prompt' }).fill('Commit what there is');
      await ana.getByRole('button', { name: 'Send' }).click();
      const card = cardOf(ana, first);
      await expect(card).toContainText('Two leads or admins have to allow this.', { timeout: 40_000 });
      await expect(card).toContainText('Second opinion (scripted-large): would ask people.');
      await card.focus();
      await ana.keyboard.press('a');
      await expect(card).toContainText('Allowed by ana · one more needed');
      await expect(card).toContainText('You have allowed this.');
      await expect(card.getByRole('button', { name: 'Allow once' })).toBeHidden();
      await inspect(ana, 'approval-one-of-two');
    });

    await test.step('somebody else allows it on a phone', async () => {
      const card = cardOf(phone, first);
      await expect(card).toContainText('Allowed by ana · one more needed');
      await inspect(phone, 'approval-second-of-two', ['phone']);
      await phone.setViewportSize({ width: 390, height: 844 });
      await card.getByRole('button', { name: 'Allow once' }).click();
      await expect(cardOf(ana, first)).toContainText('Allowed by ana and Cleo');
    });

    await test.step('the key d denies, and both lift the denial', async () => {
      const card = cardOf(ana, second);
      await expect(card).toContainText('Two leads or admins', { timeout: 40_000 });
      await card.focus();
      await ana.keyboard.press('d');
      await expect(card).toContainText('Denied by ana');
      await expect(transcriptOf(ana)).toContainText('That is all.', { timeout: 40_000 });
      await ana.getByRole('button', { name: 'More for this session' }).click();
      await ana.getByRole('menuitem', { name: 'Denied actions' }).click();
      const list = ana.getByRole('dialog', { name: 'Denied actions' });
      await list.getByRole('button', { name: 'Allow once and try again' }).click();
      await expect(list).toContainText('Allowed by ana · one more needed');
      await inspect(ana, 'denied-actions');
      await ana.keyboard.press('Escape');
      await expect(card).toContainText('Allowed by ana · one more needed');
      await cardOf(phone, second).getByRole('button', { name: 'Allow once and try again' }).click();
      await expect(card).toContainText('Allowed once by Cleo, to be tried again');
      await expect(transcriptOf(ana)).toContainText('Try again what was denied');
    });
    expect(witness.troubles()).toEqual([]);
    for (const page of [ana, phone]) await page.context().close();
  } finally {
    await server.stop();
    server.remove();
    await models.close();
  }
});
