import { expect as expectSoon, test, type Locator, type Page } from '@playwright/test';
import { agentErrand, type MarkedStep } from './fakes/agent-steps.ts';
import { choose } from './fixtures/house-model.ts';
import { inHouse, type House } from './fixtures/house.ts';
import { inspect } from './fixtures/inspect.ts';
import { transcriptOf } from './fixtures/session-page.ts';

/** Installed agents of others, where there are some: then the story is told with Claude Code, else with our own agent. */
const installed = process.env['ENSEMBLE_TEST_AGENTS'];
const agent =
  installed === undefined ? { name: 'assistant', title: 'Assistant' } : { name: 'claude-code', title: 'Claude Code' };

/** An agent in its box, two browsers and a server on a small machine that is busy: how long it takes proves nothing. */
const patience = { timeout: 90_000 };
const expect = expectSoon.configure(patience);
const phone = { width: 390, height: 844 };

const promptOf = (page: Page) => page.getByRole('textbox', { name: 'Prompt', exact: true });
const press = (page: Page, name: 'Send' | 'Queue' | 'Steer' | 'Interrupt') =>
  page.getByRole('button', { name, exact: true }).click();
const cardIn = (page: Page, command: string) =>
  transcriptOf(page).getByRole('group', { name: `Permission: ${command}`, exact: true });
const allowOnce = (card: Locator) => card.getByRole('button', { name: 'Allow once', exact: true });
const ended = (page: Page) => transcriptOf(page).getByText('Suggestion: 2 hunks in 2 files');
const queueOf = (page: Page) => page.getByRole('group', { name: 'Queue' }).getByRole('listitem');

async function say(page: Page, text: string, way: 'Send' | 'Queue' | 'Steer' | 'Interrupt'): Promise<void> {
  await promptOf(page).fill(text);
  await press(page, way);
  await expect(promptOf(page)).toHaveValue('');
}

const tests = 'node --test test/money.test.ts';
const moreTests = 'node --test test/cart.test.ts';
const steer = 'Call it an account book, too';
const round: MarkedStep[] = [
  {
    step: { edit: 'src/money.ts', from: 'return Math.trunc(units * 100);', to: 'return Math.round(units * 100);' },
    mark: 'Math.round(units',
  },
  { step: { run: tests }, mark: tests },
];
const rename: MarkedStep = {
  step: { edit: 'README.md', from: '# ledger', to: '# Account book' },
  mark: '# Account book',
};
const read: MarkedStep = { step: { read: 'README.md' }, mark: 'README.md' };

async function ask(page: Page, session: string, text: string): Promise<void> {
  await page.goto(session);
  await choose(page, 'Agent', agent.title);
  await expect(promptOf(page)).toHaveAttribute('placeholder', new RegExp(`^Ask ${agent.title}`));
  await say(page, text, 'Send');
}

async function allowAndSteer({ models, ana, bo, newSession }: House): Promise<void> {
  // What Claude Code edits it has to have read before.
  models.script(
    agentErrand(
      (told) => [
        ...round,
        ...(told.includes(steer) ? [read, rename] : [{ step: { run: moreTests }, mark: moreTests }]),
      ],
      'Amounts are rounded now.',
    ),
  );
  const session = await newSession('Round amounts');
  await ana.setViewportSize(phone);
  await ana.goto(session);
  await ask(bo, session, 'Round amounts instead of cutting them off');

  const question = cardIn(ana, tests);
  await expect(question).toContainText(`${agent.title} works for Bo`);
  await expect(cardIn(bo, tests)).toContainText('A lead or admin of the team can answer.');
  await inspect(ana, 'two-people-asked', ['phone']);
  await ana.setViewportSize(phone);

  await allowOnce(question).click();
  await expect(cardIn(bo, tests)).toContainText('Allowed by ana');

  // While the agent waits for the next answer the other one goes on talking to it.
  await expect(cardIn(ana, moreTests)).toBeVisible();
  await say(bo, steer, 'Steer');
  await expect(transcriptOf(ana).getByRole('group', { name: 'Steer by Bo' })).toContainText('steered ·');
  // Claude Code hears it at once and does not ask any more; ours hears it after the answer.
  const open = allowOnce(cardIn(ana, moreTests));
  await expect(async () => {
    if (await open.isVisible()) await open.click({ timeout: 2_000 });
    await expectSoon(ended(ana)).toBeVisible({ timeout: 5_000 });
  }).toPass(patience);
}

async function acceptBoth({ ana, bo }: House): Promise<void> {
  for (const page of [ana, bo]) await expect(ended(page)).toBeVisible();
  const suggestion = (page: Page) => page.getByRole('region', { name: `Suggestion by ${agent.name}` });
  const hunkIn = (page: Page, file: string) =>
    suggestion(page).getByRole('article', { name: new RegExp(`^Hunk \\d+, ${file} `) });
  for (const page of [ana, bo])
    await expect(async () => {
      await page.getByRole('button', { name: 'Review 2' }).click();
      await expect(hunkIn(page, 'src/money.ts')).toBeVisible({ timeout: 10_000 });
    }).toPass(patience);
  await hunkIn(ana, 'src/money.ts').getByRole('button', { name: 'Accept', exact: true }).click();
  await hunkIn(bo, 'README.md').click();
  await bo.keyboard.press('y');
  for (const page of [ana, bo]) {
    await expect(hunkIn(page, 'src/money.ts')).toHaveAccessibleName(/accepted$/);
    await expect(hunkIn(page, 'README.md')).toHaveAccessibleName(/accepted$/);
  }
}

async function queueAndInterrupt({ models, ana, bo, newSession }: House): Promise<void> {
  const waits = 'node --test test/cart.test.ts';
  models.script(
    agentErrand(
      (told) => (told.includes('Say what it does') ? [] : [{ step: { run: waits }, mark: waits }]),
      'It keeps a ledger.',
    ),
  );
  const session = await newSession('Order matters');
  await ana.goto(session);
  await ask(bo, session, 'Test the cart');
  await expect(cardIn(ana, waits)).toBeVisible();

  for (const text of ['Then the docs', 'And the tests']) {
    await say(bo, text, 'Queue');
    await expect(queueOf(ana).filter({ hasText: text })).toBeVisible();
  }
  await queueOf(bo).nth(1).focus();
  await bo.keyboard.press('Alt+ArrowUp');
  await expect(queueOf(ana)).toContainText(['And the tests', 'Then the docs']);
  await inspect(bo, 'two-people-queue', ['desk']);

  await choose(ana, 'Agent', agent.title);
  await say(ana, 'Say what it does', 'Interrupt');
  await expect(transcriptOf(bo).getByRole('group', { name: 'Prompt by ana' })).toContainText('interrupted');
  await expect(cardIn(bo, waits)).toContainText(/does not ask any more|Nobody answered/);
  for (const text of ['And the tests', 'Then the docs'])
    await bo.getByRole('button', { name: `Remove: ${text}` }).click();
  await expect(queueOf(bo)).toHaveCount(0);
  await expect(transcriptOf(bo)).toContainText('It keeps a ledger.');
}

test(`[AG36] [CV10] [CV13] [CV14] two people and ${agent.title}: one allows from a phone, the other steers, both accept, one interrupts`, async ({
  browser,
}) => {
  // A minute where nothing else runs.
  test.setTimeout(600_000);
  await inHouse(browser, { agents: installed }, async (house) => {
    await test.step('one allows a command from a phone, the other steers meanwhile', () => allowAndSteer(house));
    await test.step('each accepts a hunk, and both see it', () => acceptBoth(house));
    await test.step('a queue in order, and an interruption that goes first', () => queueAndInterrupt(house));
    expect(house.witness.troubles()).toEqual([]);
  });
});
