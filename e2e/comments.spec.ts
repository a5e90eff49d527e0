import type { Page } from '@playwright/test';
import { caretAtEndOf, editorOf, openFile, textOf } from './fixtures/editor.ts';
import { inspect } from './fixtures/inspect.ts';
import { expect, team, test } from './fixtures/people.ts';
import { panelButton, saved, transcriptOf } from './fixtures/session-page.ts';

/** Two people talk about a line: it is marked, followed through edits, deleted and undone, answered and resolved. */

// Two browsers and a server take a while on a busy machine.
test.describe.configure({ timeout: 180_000 });
const inTime = { timeout: 45_000 };

const text = 'export const rate = 3;\n\nexport const total = price * 100;\nexport const rest = total % rate;\n';
const line = 'export const total = price * 100;';

const cardOf = (page: Page) => page.getByTestId('thread-card');
const panelOf = (page: Page) => page.getByRole('region', { name: 'Comments', exact: true });

async function selectLine(page: Page, words: string): Promise<void> {
  await caretAtEndOf(page, words);
  await page.keyboard.press('Shift+Home');
}

test('a comment with a mention is read by whom it names, and follows its text through deletion and undo', async ({
  ana,
  bo,
  rest,
  session,
}) => {
  await rest.post(`/sessions/${session.id}/files`, { path: 'money.ts', text });

  await test.step('ana comments on a line with the keyboard and mentions Bo', async () => {
    await ana.goto(session.path);
    await openFile(ana, 'money.ts');
    await selectLine(ana, line);
    await ana.keyboard.press('ControlOrMeta+Alt+m');
    await ana.getByRole('textbox', { name: 'Comment' }).pressSequentially('Why **100**? Ask @b');
    await expect(ana.getByRole('option', { name: 'Bo' })).toBeVisible();
    await ana.keyboard.press('Enter');
    await expect(ana.getByRole('textbox', { name: 'Comment' })).toHaveValue('Why **100**? Ask @Bo ');
    await ana.keyboard.press('ControlOrMeta+Enter');
    await expect(cardOf(ana).locator('[data-streamdown="strong"]')).toHaveText('100');
    await expect(cardOf(ana)).toHaveAccessibleName('Comments on money.ts line 3, open');
    await expect(editorOf(ana).locator('.ens-comment-mark')).toHaveCount(1);
    await expect(transcriptOf(ana)).toContainText('ana commented on money.ts:3');
  });

  await test.step('Bo is needed, sees what is unread, and has read it when it was open', async () => {
    await bo.goto(`/${team}`);
    const row = bo.getByRole('region', { name: /needs you/i }).getByRole('link', { name: new RegExp(session.branch) });
    await expect(row.first()).toBeVisible();
    await expect(bo.getByText('mentions you ·').first()).toBeVisible();
    await bo.goto(session.path);
    await expect(bo.getByRole('treeitem', { name: /^money.ts, added, 1 unread comment/ })).toBeVisible(inTime);
    await panelButton(bo, 'Comments').click();
    const thread = panelOf(bo).getByRole('button', { name: /Why/ });
    await expect(thread).toContainText('mentions you');
    await thread.click();
    await expect(cardOf(bo)).toContainText('Ask @Bo');
    await expect(thread).not.toContainText('new');
  });

  await test.step('the mark follows the text, also of what others type above', async () => {
    await caretAtEndOf(bo, 'rate = 3;');
    await bo.keyboard.press('Enter');
    await bo.keyboard.type('// percent');
    for (const page of [ana, bo]) await expect(cardOf(page)).toHaveAccessibleName(/money.ts line 4, open/);
  });

  await test.step('deleted lines are said to be gone, and are back when that is undone', async () => {
    await selectLine(ana, line);
    await ana.keyboard.press('Delete');
    for (const page of [ana, bo]) {
      await expect(cardOf(page)).toContainText('The lines this was about were deleted');
      await expect(cardOf(page).getByLabel('The text the comment was about')).toHaveText(line);
    }
    await expect(panelOf(bo).getByRole('button', { name: /Why/ })).toContainText('text deleted');
    await editorOf(ana).locator('.view-line').first().click();
    await ana.keyboard.press('ControlOrMeta+z');
    for (const page of [ana, bo]) {
      await expect.poll(() => textOf(page)).toContain(line);
      await expect(cardOf(page)).not.toContainText('were deleted');
      await expect(cardOf(page)).toHaveAccessibleName(/money.ts line 4, open/);
    }
  });
});

test('a thread that a program began is answered and resolved by two, and what is typed is kept', async ({
  ana,
  bo,
  rest,
  session,
}) => {
  await rest.post(`/sessions/${session.id}/files`, { path: 'money.ts', text });
  await rest.post(`/sessions/${session.id}/comments`, { path: 'money.ts', line: 3, body: 'Why 100?' });
  for (const page of [ana, bo]) {
    await page.goto(session.path);
    await panelButton(page, 'Comments').click();
    await panelOf(page).getByRole('button', { name: /Why/ }).click();
    await expect(cardOf(page)).toHaveAccessibleName('Comments on money.ts line 3, open', inTime);
  }

  await test.step('a reply appears at once; the thread is resolved by one and reopened by the other', async () => {
    await inspect(bo, 'comments-desk', ['desk']);
    await cardOf(bo).getByRole('textbox', { name: 'Reply' }).fill('Cents<script>alert(1)</script>, see docs\u202e');
    await bo.keyboard.press('ControlOrMeta+Enter');
    await expect(cardOf(ana)).toContainText(/^.*Cents.*, see docs‹U\+202E›/);
    await expect(cardOf(ana).locator('script')).toHaveCount(0);
    await cardOf(ana).getByRole('button', { name: 'Resolve' }).click();
    await expect(cardOf(bo)).toContainText('Resolved by ana');
    await expect(panelOf(bo)).toContainText('No open comments');
    await cardOf(bo).getByRole('button', { name: 'Reopen' }).click();
    await expect(cardOf(ana).getByRole('button', { name: 'Resolve' })).toBeVisible();
  });

  await test.step('what was typed and not sent is there after a reload, by the link to the thread', async () => {
    await cardOf(ana).getByRole('textbox', { name: 'Reply' }).fill('half a thou');
    await cardOf(ana).getByRole('button', { name: 'Close the thread' }).click();
    await expect(cardOf(ana)).toHaveCount(0);
    await saved(ana);
    const threadId = await cardOf(bo).getAttribute('data-thread');
    await ana.goto(`${session.path}?thread=${threadId ?? ''}`);
    await expect(cardOf(ana).getByRole('textbox', { name: 'Reply' })).toHaveValue('half a thou');
  });
});

test('on the phone threads are read, answered and resolved in the panel', async ({ ana, bo, rest, session }) => {
  await rest.post(`/sessions/${session.id}/files`, { path: 'money.ts', text });
  await ana.goto(session.path);
  await openFile(ana, 'money.ts');
  await selectLine(ana, line);
  await ana.keyboard.press('ControlOrMeta+Alt+m');
  await ana.getByRole('textbox', { name: 'Comment' }).fill('A long line?');
  await ana.getByRole('button', { name: 'Comment', exact: true }).click();
  await expect(cardOf(ana)).toBeVisible();

  await bo.setViewportSize({ width: 390, height: 844 });
  await bo.goto(session.path);
  await bo
    .getByRole('navigation', { name: 'Session views' })
    .getByRole('button', { name: /^Comments/ })
    .click();
  await panelOf(bo)
    .getByRole('button', { name: /A long line/ })
    .click();
  await inspect(bo, 'comments-phone', ['phone']);
  await bo.setViewportSize({ width: 390, height: 844 });
  await cardOf(bo).getByRole('textbox', { name: 'Reply' }).fill('Not to me');
  await cardOf(bo).getByRole('button', { name: 'Reply', exact: true }).click();
  await expect(cardOf(ana)).toContainText('Not to me');
  await cardOf(bo).getByRole('button', { name: 'Resolve' }).click();
  await expect(cardOf(ana)).toContainText('Resolved by Bo');
});
