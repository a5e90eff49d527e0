import { execFileSync } from 'node:child_process';
import path from 'node:path';
import type { Page } from '@playwright/test';
import { startModelServer } from './fakes/model-server.ts';
import { addModels, choose } from './fixtures/house-model.ts';
import { inspect } from './fixtures/inspect.ts';
import { expect, signIn, team, test } from './fixtures/people.ts';
import { admin, serverProcess } from './fixtures/server-process.ts';
import { transcriptOf } from './fixtures/session-page.ts';
import { Witness } from './fixtures/witness.ts';

const answers = [
  {
    says: [
      { thinking: 'Cents are cut off; they should be rounded.' },
      { text: 'I look at how amounts are read.' },
      { tool: 'read', arguments: { path: 'src/money.ts' } },
      { tool: 'search', arguments: { pattern: 'toCents' } },
    ],
  },
  { says: [] },
  {
    says: [
      {
        tool: 'plan',
        arguments: {
          steps: [
            { text: 'Round in toCents', status: 'in_progress' },
            { text: 'Run the tests', status: 'pending' },
          ],
        },
      },
    ],
  },
  {
    says: [
      {
        tool: 'edit',
        arguments: {
          path: 'src/money.ts',
          edits: [{ old: 'return Math.trunc(units * 100);', new: 'return Math.round(units * 100);' }],
        },
      },
    ],
  },
  { says: [{ tool: 'run', arguments: { command: 'node --test test/money.test.ts' } }] },
  { says: [{ text: 'Amounts are rounded now: `src/money.ts:13`. The tests of money pass.' }] },
];

async function addSample(page: Page): Promise<void> {
  await page.goto(`/${team}/projects/new`);
  await page.getByRole('tab', { name: 'Sample' }).click();
  await page.getByLabel('Name').fill('ledger');
  await page.getByRole('button', { name: 'Open the sample' }).click();
  await page.waitForURL(/\/projects\/prj_/);
  await page.getByRole('button', { name: 'New session' }).click();
  await page.getByLabel('Title').fill('Exact money');
  await page.getByRole('button', { name: 'Open session' }).click();
  await page.waitForURL(/\/sessions\/ses_/);
}

// On a server of its own: a model that is set up changes with which agent other stories begin.
test('[AG98] a newcomer adds a provider, and the assistant changes a file at once: text, plan, tool cards, hunks, a commit', async ({
  browser,
}) => {
  const models = await startModelServer();
  const server = await serverProcess({ withAdmin: true });
  const witness = new Witness(server.url);
  try {
    await server.start();
    const context = await browser.newContext({ baseURL: server.url });
    await witness.watch(context, 'ana');
    const ana = await context.newPage();
    await signIn(ana, admin.email);
    await addSample(ana);
    const session = ana.url();
    const prompt = ana.getByRole('textbox', { name: 'Prompt' });

    await test.step('without a model the assistant says what is missing and where to go', async () => {
      await expect(prompt).toHaveAttribute('placeholder', /Ask Refactor/);
      await choose(ana, 'Agent', 'Assistant');
      await expect(ana.getByText('It needs a language model, and none is set up here yet.')).toBeVisible();
      await prompt.fill('Round amounts');
      await expect(ana.getByRole('button', { name: 'Send' })).toBeDisabled();
      await inspect(ana, 'assistant-without-model', ['desk']);
    });

    await test.step('with a model it is the first that is offered', async () => {
      await addModels(ana, models, { provider: 'House model' });
      models.script({ when: { hasTools: true }, turns: answers });
      await ana.goto(session);
      await expect(prompt).toHaveAttribute('placeholder', /Ask Assistant/, { timeout: 40_000 });
    });

    await test.step('it works in front of everybody, and asks before it runs a command', async () => {
      await prompt.fill('Round amounts instead of cutting them off');
      await ana.getByRole('button', { name: 'Send' }).click();
      const transcript = transcriptOf(ana);
      await expect(transcript).toContainText('I look at how amounts are read.', { timeout: 30_000 });
      await expect(transcript).toContainText('Round in toCents');
      await expect(transcript).toContainText('Edit src/money.ts');
      const question = transcript.getByRole('group', { name: /^Permission: .*node --test/ });
      await expect(question).toBeVisible({ timeout: 30_000 });
      await inspect(ana, 'assistant-asks', ['phone']);
      await question.getByRole('button', { name: 'Allow once' }).click();
      await expect(transcript).toContainText('Amounts are rounded now', { timeout: 30_000 });
      await expect(transcript.getByText(/^Suggestion: 1 hunk in 1 file/)).toBeVisible({ timeout: 30_000 });
      await inspect(ana, 'assistant-done', ['desk']);
    });

    await test.step('its change is reviewed, accepted and committed', async () => {
      await ana.getByRole('button', { name: /^Review \d+/ }).click();
      const hunk = ana.getByRole('region', { name: 'Suggestion by assistant' }).getByRole('article');
      await expect(hunk).toBeFocused();
      await inspect(ana, 'assistant-review', ['desk']);
      await hunk.click();
      await ana.keyboard.press('y');
      await expect(hunk).toHaveAccessibleName(/accepted$/);
      await ana.getByRole('button', { name: /^Commit \d+/ }).click();
      const dialog = ana.getByRole('dialog', { name: /^Commit to / });
      await dialog.getByRole('button', { name: 'Commit', exact: true }).click();
      await expect(dialog).toBeHidden();
    });

    const repos = path.join(server.dataDir, 'repos');
    const [repo = ''] = execFileSync('ls', [repos], { encoding: 'utf8' }).split('\n');
    const git = (...words: string[]) =>
      execFileSync('git', ['--git-dir', path.join(repos, repo), ...words], { encoding: 'utf8' });
    const [branch = ''] = git('for-each-ref', '--sort=-committerdate', '--format=%(refname)', 'refs/heads').split('\n');
    expect(git('show', `${branch}:src/money.ts`)).toContain('Math.round(units * 100)');
    expect(git('log', '-1', '--format=%B', branch)).toMatch(/^Assisted-by: assistant/m);
    expect(witness.troubles()).toEqual([]);
    await context.close();
  } finally {
    await server.stop();
    server.remove();
    await models.close();
  }
});
