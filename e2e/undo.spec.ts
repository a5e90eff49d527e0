import { startModelServer } from './fakes/model-server.ts';
import { addModels, choose } from './fixtures/house-model.ts';
import { inspect } from './fixtures/inspect.ts';
import { expect, signIn, team, test } from './fixtures/people.ts';
import { admin, serverProcess } from './fixtures/server-process.ts';
import { transcriptOf } from './fixtures/session-page.ts';
import { Witness } from './fixtures/witness.ts';

const weakened = "import { test } from 'node:test';\n\ntest.skip('amounts are rounded', () => {});\n";

const answers = [
  { says: [{ tool: 'run', arguments: { command: 'rm -rf src' } }] },
  { says: [{ tool: 'read', arguments: { path: 'test/money.test.ts' } }] },
  { says: [{ tool: 'write', arguments: { path: 'test/money.test.ts', content: weakened } }] },
  { says: [{ text: 'The sources are gone.' }] },
];

// On a server of its own: a model that is set up changes with which agent other stories begin.
test('[GU36] [GU37] [GU38] [GU40] a person sees what the guard finds in a suggestion, and takes back what an agent deleted', async ({
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
    await addModels(ana, models, { provider: 'House model' });
    models.script({ when: { hasTools: true }, turns: answers });
    await ana.goto(`/${team}/projects/new`);
    await ana.getByRole('tab', { name: 'Sample' }).click();
    await ana.getByLabel('Name').fill('ledger');
    await ana.getByRole('button', { name: 'Open the sample' }).click();
    await ana.waitForURL(/\/projects\/prj_/);
    await ana.getByRole('button', { name: 'New session' }).click();
    await ana.getByLabel('Title').fill('Tidy up');
    await ana.getByRole('button', { name: 'Open session' }).click();
    await ana.waitForURL(/\/sessions\/ses_/);
    const prompt = ana.getByRole('textbox', { name: 'Prompt' });
    await expect(prompt).toBeVisible();
    await choose(ana, 'Agent', 'Assistant');
    await prompt.fill('Tidy up');
    await ana.getByRole('button', { name: 'Send' }).click();
    const transcript = transcriptOf(ana);

    await test.step('what deletes is asked about, and its card has the way back', async () => {
      const question = transcript.getByRole('group', { name: /^Permission: rm -rf src/ });
      await question.getByRole('button', { name: 'Allow once' }).click({ timeout: 40_000 });
      await expect(transcript).toContainText('The sources are gone.', { timeout: 40_000 });
      await expect(transcript.getByText(/^Suggestion: /)).toHaveCount(1, { timeout: 30_000 });
      await expect(transcript.getByRole('button', { name: 'Undo rm -rf src' })).toBeVisible();
      await inspect(ana, 'undo-offered', ['desk', 'phone']);
    });

    await test.step('what the guard finds stands beside the change', async () => {
      await transcript.getByRole('button', { name: /^Review \d+/ }).click();
      const review = ana.getByRole('region', { name: 'Suggestion by assistant' });
      await expect(review.getByRole('note', { name: /^The guard: / }).first()).toBeVisible();
      await inspect(ana, 'review-findings', ['desk', 'phone']);
    });

    await test.step('undone with one key and a yes, since the agent went on: the files are a suggestion again', async () => {
      const undo = transcript.getByRole('button', { name: 'Undo rm -rf src' });
      await undo.focus();
      await ana.keyboard.press('Enter');
      const dialog = ana.getByRole('dialog', { name: 'Undo what came later too?' });
      await expect(dialog).toContainText('later action');
      await inspect(ana, 'undo-confirm', ['desk']);
      await dialog.getByRole('button', { name: 'Undo all of it' }).click();
      await expect(transcript).toContainText('put the run’s files back to before “rm -rf src”', { timeout: 30_000 });
      await expect(transcript.getByText('Undone by')).toBeVisible();
    });
    expect(witness.troubles().filter((trouble) => !trouble.includes('409'))).toEqual([]);
    await context.close();
  } finally {
    await server.stop();
    server.remove();
    await models.close();
  }
});
