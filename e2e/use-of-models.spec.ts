import Anthropic from '@anthropic-ai/sdk';
import OpenAI from 'openai';
import { startModelServer } from './fakes/model-server.ts';
import { inspect } from './fixtures/inspect.ts';
import { expect, team, test } from './fixtures/people.ts';

const secret = `ghp_${'q7Zt2Lw9XkB4nR8vC3mJ6hY1sD5fG0pKeTaU'}`;

// It leaves a version of the team's policies behind, so its place is after those that begin without one.
test('a newcomer adds a provider, sees it work, calls it, writes a rule, sees it deny, and finds each call in the record', async ({
  ana,
  app,
}) => {
  const models = await startModelServer();
  try {
    await ana.goto(`/${team}/settings/models`);
    await ana.getByRole('button', { name: /^A server of our own/ }).click();
    const form = ana.getByRole('dialog', { name: 'Add a provider' });
    await form.getByLabel('Name').fill('House model');
    await form.getByRole('textbox', { name: 'Address' }).fill(`${models.url}/v1`);
    await form.getByRole('button', { name: 'Add and test' }).click();
    const steps = ana.getByRole('dialog', { name: 'House model: test and models' });
    await expect(steps.getByRole('group', { name: 'Outcome of the test' })).toContainText('Answers');
    await steps.getByLabel(/One that is not listed/).fill('house-1');
    await steps.getByRole('button', { name: /^Add \d+ models?$/ }).click();
    await expect(ana.getByRole('list', { name: 'Models' })).toContainText('house-1');
    await inspect(ana, 'models');

    await ana.goto(`/${team}/settings/tools`);
    await ana.getByLabel('What is it for').fill('The story');
    await ana.getByRole('button', { name: 'Make token' }).click();
    const token = await ana.getByRole('textbox', { name: 'Token' }).inputValue();

    const openai = new OpenAI({ baseURL: `${app.url}/gateway/openai/v1`, apiKey: token, maxRetries: 0 });
    const anthropic = new Anthropic({ baseURL: `${app.url}/gateway/anthropic`, apiKey: token, maxRetries: 0 });
    models.forget();
    const said = await openai.chat.completions.create({
      model: 'house-1',
      messages: [{ role: 'user', content: `Keep ${secret} to yourself` }],
    });
    // The server says again what it was told: it never saw the value, and the caller has it back.
    expect(said.choices[0]?.message.content).toContain(secret);
    expect(models.received.map(({ body }) => body.toString('utf8')).join()).not.toContain(secret);
    const heard = await anthropic.messages.create({
      model: 'house-1',
      max_tokens: 100,
      messages: [{ role: 'user', content: 'Say it in another protocol' }],
    });
    expect(heard.content[0]).toMatchObject({ type: 'text', text: expect.stringContaining('another protocol') });

    await ana.goto(`/${team}/settings/policies`);
    await ana.getByRole('button', { name: 'Add rule' }).click();
    await ana.getByRole('menuitem', { name: 'Close models to someone' }).click();
    const rule = ana.getByRole('dialog', { name: 'Add rule' });
    await rule.getByRole('combobox', { name: 'The model is' }).fill('house-1');
    await ana.keyboard.press('Enter');
    await rule.getByRole('textbox', { name: 'Title' }).fill('The house model rests');
    await rule.getByRole('textbox', { name: 'Advice' }).fill('Ask Ana when it is back.');
    await rule.getByRole('button', { name: 'Add rule', exact: true }).click();
    await ana.getByRole('region', { name: 'Unpublished changes' }).getByRole('button', { name: 'Publish' }).click();
    const publish = ana.getByRole('dialog', { name: 'Publish these rules' });
    await publish.getByRole('textbox', { name: 'Why' }).fill('To see it deny');
    await publish.getByRole('button', { name: 'Publish' }).click();
    await expect(publish).toBeHidden();
    await expect(ana.getByRole('alert').getByText(/^Version \d+ is in force\.$/)).toBeVisible();

    const asked = models.received.length;
    const denied = await openai.responses
      .create({ model: 'house-1', input: 'And now?' })
      .then((answer) => answer.output_text, String);
    expect(denied).toContain('The house model rests');
    expect(denied).toContain('Ask Ana when it is back.');
    expect(models.received).toHaveLength(asked);

    await ana.goto(`/${team}/usage?view=calls`);
    const calls = ana.getByRole('list', { name: 'Calls' });
    await calls.getByRole('button', { name: /house-1.*Denied/ }).click();
    const record = ana.getByRole('dialog', { name: 'Model call' });
    await expect(record).toContainText('The house model rests');
    await inspect(ana, 'model-call', ['desk']);
    await record.getByRole('link', { name: /^mcl_/ }).click();
    await expect(ana.getByText('model_call.deny').first()).toBeVisible();
  } finally {
    await models.close();
  }
});
