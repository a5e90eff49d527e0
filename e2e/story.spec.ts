import { execFileSync } from 'node:child_process';
import path from 'node:path';
import type { Locator, Page } from '@playwright/test';
import { caretAtEndOf, caretLabels, openFile, savingOf, textOf } from './fixtures/editor.ts';
import { expect, team, test } from './fixtures/people.ts';
import { currentHunk, hunkIn, panelButton, review, saved, transcriptOf } from './fixtures/session-page.ts';

/** The main job, from an empty team to a commit that names everyone, through the end of the server in its middle. */

async function addSample(page: Page): Promise<string> {
  await page.goto(`/${team}/projects/new`);
  await page.getByRole('tab', { name: 'Sample' }).click();
  await page.getByLabel('Name').fill('the story');
  await page.getByRole('button', { name: 'Open the sample' }).click();
  await page.waitForURL(/\/projects\/prj_/);
  await page.getByRole('button', { name: 'New session' }).click();
  await page.getByLabel('Title').fill('Exact money');
  await page.getByRole('button', { name: 'Open session' }).click();
  await page.waitForURL(/\/sessions\/ses_/);
  return new URL(page.url()).pathname;
}

/** Presses a key of the review and waits until the suggestion says so. */
async function decide(page: Page, key: 'y' | 'x' | 'z', on: Locator, state: RegExp): Promise<void> {
  await page.keyboard.press(key);
  await expect(on).toHaveAccessibleName(state);
}

test('two people and an agent change one repository together, and nothing of it is lost', async ({
  app,
  rest,
  ana,
  bo,
  witness,
}) => {
  const address = await test.step('ana adds the sample and opens a session; bo opens its link', async () => {
    const found = await addSample(ana);
    await bo.goto(found);
    return found;
  });
  const sessionId = address.split('/').at(-1) ?? '';
  const { projectId, branch } = await rest.get<{ projectId: string; branch: string }>(`/sessions/${sessionId}`);
  const git = (...words: string[]) =>
    execFileSync('git', ['--git-dir', path.join(app.dataDir, 'repos', `${projectId}.git`), ...words], {
      encoding: 'utf8',
    });

  await test.step('they see each other’s labelled carets', async () => {
    for (const page of [ana, bo]) await openFile(page, 'src/money.ts');
    await caretAtEndOf(ana, 'Units to whole cents');
    await caretAtEndOf(bo, 'The sum of amounts');
    await expect.poll(() => caretLabels(ana)).toEqual(['Bo']);
    await expect.poll(() => caretLabels(bo)).toEqual(['ana']);
    await expect(ana.getByRole('button', { name: 'Follow Bo' })).toBeVisible();
  });

  await test.step('they type into the same file at once and see the same text', async () => {
    await Promise.all([
      ana.keyboard.type(' // ana counts exactly', { delay: 10 }),
      bo.keyboard.type(' // bo adds them up', { delay: 12 }),
    ]);
    for (const page of [ana, bo]) {
      await expect.poll(() => textOf(page)).toContain('/** Units to whole cents. */ // ana counts exactly');
      await expect.poll(() => textOf(page)).toContain('/** The sum of amounts. */ // bo adds them up');
      await saved(page);
    }
    expect(await textOf(ana)).toBe(await textOf(bo));
  });

  await test.step('ana asks the agent; its suggestion arrives for both', async () => {
    await ana.getByRole('textbox', { name: 'Prompt' }).fill('rename parseAmount to parseMoney');
    await ana.getByRole('button', { name: 'Send' }).click();
    for (const page of [ana, bo]) {
      await expect(transcriptOf(page)).toContainText('rename parseAmount to parseMoney');
      await expect(transcriptOf(page).getByText(/^Suggestion: \d+ hunks in \d+ files/)).toBeVisible({
        timeout: 60_000,
      });
    }
    // Nothing changes in the code until someone accepts it.
    expect(await textOf(bo)).toContain('export function parseAmount');
  });

  await test.step('ana accepts hunks with the keyboard while bo types into the same file', async () => {
    await review(ana);
    await ana.keyboard.press('n');
    await expect(currentHunk(ana)).toHaveAccessibleName(/^Hunk 2,/);
    await ana.keyboard.press('p');
    await expect(currentHunk(ana)).toHaveAccessibleName(/^Hunk 1, src\/cart\.ts/);
    await decide(ana, 'y', hunkIn(ana, 'src/cart.ts'), /accepted$/);

    const inMoney = hunkIn(ana, 'src/money.ts');
    await inMoney.click();
    await expect(currentHunk(ana)).toHaveAccessibleName(/src\/money\.ts/);
    await caretAtEndOf(bo, 'Cents as people read them');
    const typing = bo.keyboard.type(' // and bo goes on writing while ana accepts', { delay: 25 });
    await decide(ana, 'y', inMoney, /accepted$/);
    await typing;
    await expect.poll(() => textOf(bo)).toContain('export function parseMoney');
    await expect.poll(() => textOf(bo)).toContain(' // and bo goes on writing while ana accepts');
  });

  await test.step('ana rejects one with a reason, takes a decision back and decides again', async () => {
    const inDiscounts = hunkIn(ana, 'test/discount.test.ts').first();
    await inDiscounts.getByRole('button', { name: 'With a reason' }).click();
    const reason = ana.getByRole('dialog').filter({ has: ana.getByLabel('Reason') });
    await reason.getByLabel('Reason').fill('that test goes away');
    await reason.getByRole('button', { name: 'Reject' }).click();
    await expect(inDiscounts).toHaveAccessibleName(/rejected$/);
    await expect(inDiscounts).toContainText('Rejected by ana: that test goes away');

    const inTest = hunkIn(ana, 'test/money.test.ts').first();
    await inTest.click();
    await decide(ana, 'x', inTest, /rejected$/);
    await inTest.click();
    await decide(ana, 'z', inTest, /unreviewed$/);
    await decide(ana, 'y', inTest, /accepted$/);
  });

  await test.step('bo changed a line of the suggestion: both versions are shown and ana chooses', async () => {
    witness.expect(/409 \(Conflict\)/);
    await openFile(bo, 'src/import-csv.ts');
    await caretAtEndOf(bo, 'const cents = parseAmount');
    await bo.keyboard.type(' // checked by bo');
    await saved(bo);
    const meets = hunkIn(ana, 'src/import-csv.ts').filter({ hasText: 'parseAmount(amount)' });
    await expect(meets).toContainText('People changed these lines');
    await meets.click();
    await ana.keyboard.press('y');
    const conflict = ana.getByRole('group', { name: 'Conflict in src/import-csv.ts' });
    await expect(conflict).toContainText('const cents = parseAmount(amount); // checked by bo');
    await expect(conflict).toContainText('const cents = parseMoney(amount);');
    await conflict.getByLabel('Result').fill('  const cents = parseMoney(amount); // checked by bo\n');
    await conflict.getByRole('button', { name: 'Accept this result' }).click();
    await expect(meets).toHaveAccessibleName(/accepted$/);
    await expect.poll(() => textOf(bo)).toContain('  const cents = parseMoney(amount); // checked by bo\n  return {');
    const first = hunkIn(ana, 'src/import-csv.ts').first();
    await first.click();
    await decide(ana, 'y', first, /accepted$/);
  });

  await test.step('ana commits with the proposed message', async () => {
    await ana.getByRole('button', { name: /^Commit \d+/ }).click();
    const dialog = ana.getByRole('dialog', { name: `Commit to ${branch}` });
    await expect(dialog.getByLabel('Message')).not.toHaveValue('');
    await expect(dialog).toContainText('Took part:');
    await dialog.getByRole('button', { name: 'Commit', exact: true }).click();
    await expect(dialog).toBeHidden();
    const message = git('log', '-1', '--format=%an%n%B', `refs/heads/${branch}`);
    expect(message).toMatch(/^ana\n/);
    expect(message).toContain('Co-authored-by: Bo <bo@example.com>');
    expect(message).toMatch(/^Assisted-by: refactor/m);
    const committed = git('show', `refs/heads/${branch}:src/money.ts`);
    expect(committed).toContain('export function parseMoney');
    expect(committed).toContain('// ana counts exactly');
    expect(committed).toContain('// bo adds them up');
    expect(git('show', `refs/heads/${branch}:test/discount.test.ts`)).not.toContain('parseMoney');
  });

  await test.step('nothing is left to commit, and the history shows the commit', async () => {
    await panelButton(ana, 'Changes').click();
    const changes = ana.getByRole('region', { name: 'Changes' });
    await expect(changes).toContainText(`Nothing differs from ${branch}.`);
    const [subject = ''] = git('log', '-1', '--format=%s', `refs/heads/${branch}`).split('\n');
    await expect(
      ana
        .getByRole('region', { name: `History of ${branch}` })
        .getByRole('listitem')
        .first(),
    ).toContainText(subject);
  });

  await test.step('the server is killed; everything is there when it is back', async () => {
    await caretAtEndOf(bo, 'const cents = parseMoney');
    await bo.keyboard.type(' twice');
    await saved(bo);
    witness.expect(
      /ERR_CONNECTION_REFUSED|ERR_CONNECTION_RESET|ERR_INCOMPLETE_CHUNKED_ENCODING|WebSocket|Failed to fetch/,
    );
    await app.kill();
    await expect(savingOf(bo)).toHaveText('Reconnecting');
    await app.start();
    await saved(bo);
    for (const page of [ana, bo]) {
      await page.reload();
      await expect(transcriptOf(page)).toContainText('rename parseAmount to parseMoney');
    }
    await openFile(bo, 'src/import-csv.ts');
    await expect.poll(() => textOf(bo)).toContain('// checked by bo twice');

    await bo.getByRole('button', { name: /^Review \d+/ }).click();
    await expect(hunkIn(bo, 'src/cart.ts')).toHaveAccessibleName(/accepted$/);
    await expect(hunkIn(bo, 'test/discount.test.ts').first()).toContainText('Rejected by ana: that test goes away');
    await expect(hunkIn(bo, 'test/cart.test.ts').first()).toHaveAccessibleName(/unreviewed$/);
  });

  await test.step('the audit page names who did what', async () => {
    await ana.goto(`/${team}/audit`);
    const entries = ana.getByRole('main');
    for (const action of ['commit.create', 'hunk.accept', 'hunk.reject', 'project.create'])
      await expect(entries.getByText(action).first()).toBeVisible();
    await expect(entries.getByText('ana').first()).toBeVisible();
  });
});
