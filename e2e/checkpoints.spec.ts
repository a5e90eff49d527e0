import { caretAtEndOf, openFile, textOf } from './fixtures/editor.ts';
import { inspect } from './fixtures/inspect.ts';
import { expect, test } from './fixtures/people.ts';
import {
  askForSuggestion,
  currentHunk,
  panelButton,
  review,
  saved,
  suggestionOf,
  transcriptOf,
} from './fixtures/session-page.ts';

/** Going back to a named point, with others' work on the way, and forth again. */

test('a named checkpoint is restored with a preview of whose work it hides, and the restore is undone', async ({
  ana,
  bo,
  session,
}) => {
  for (const page of [ana, bo]) {
    await page.goto(session.path);
    await openFile(page, 'src/money.ts');
  }
  const panel = ana.getByRole('region', { name: 'Checkpoints' });

  await test.step('ana saves the session under a name', async () => {
    await panelButton(ana, 'Checkpoints').click();
    await expect(panel).toContainText('The session began');
    await panel.getByRole('button', { name: 'Save a checkpoint' }).click();
    await ana.getByRole('dialog').getByLabel('Name').fill('Before the renaming');
    await ana.getByRole('dialog').getByRole('button', { name: 'Save' }).click();
    await expect(panel.getByRole('button', { name: /^Before the renaming ana/ })).toBeVisible();
    await expect(transcriptOf(bo)).toContainText('saved the checkpoint “Before the renaming”');
  });

  await test.step('both type, and a hunk of the agent is accepted', async () => {
    await caretAtEndOf(ana, 'Units to whole cents');
    await caretAtEndOf(bo, 'Cents as people read them');
    await Promise.all([ana.keyboard.type(' // by ana'), bo.keyboard.type(' // by bo')]);
    for (const page of [ana, bo]) await saved(page);
    await expect.poll(() => textOf(ana)).toContain('// by bo');
    await askForSuggestion(bo, 'rename parseAmount to parseMoney');
    await expect(panel).toContainText('Before refactor ran: rename parseAmount to parseMoney', { timeout: 30_000 });
    await review(bo);
    await bo.keyboard.press('y');
    await expect(currentHunk(bo)).toBeVisible();
    await expect(suggestionOf(bo).getByText(/^1 of \d+ decided/)).toBeVisible();
  });

  const later = await textOf(ana);

  await test.step('the checkpoint is looked at: what changed since, and a file as it was', async () => {
    await panel.getByRole('button', { name: /^Before the renaming ana/ }).click();
    const view = ana.getByRole('region', { name: 'Checkpoint Before the renaming' });
    await expect(view).toContainText('src/money.ts');
    await view.getByText('src/money.ts').click();
    await expect(view.locator('diffs-container').first()).toBeVisible();
    await inspect(ana, 'checkpoint');
    await ana.getByText('Files then', { exact: true }).click();
    await view.getByLabel('File', { exact: true }).selectOption('src/money.ts');
    await expect(view.locator('diffs-container')).toBeVisible();
    await ana.getByText('What changed', { exact: true }).click();
  });

  const dialog = ana.getByRole('dialog', { name: 'Restore “Before the renaming”' });

  await test.step('the preview names ana, bo and the agent, and nothing has changed yet', async () => {
    await ana.getByRole('button', { name: 'Restore…' }).click();
    const hidden = dialog.getByRole('region', { name: 'Later work that it hides' });
    await expect(hidden.getByRole('listitem')).toHaveCount(3);
    await expect(hidden.getByRole('listitem').filter({ hasText: 'ana (you)' })).toContainText('1 line in 1 file');
    await expect(hidden.getByRole('listitem').filter({ hasText: 'Bo' })).toContainText('1 line in 1 file');
    await expect(hidden.getByRole('listitem').filter({ hasText: 'refactor' })).toContainText('rename parseAmount');
    await inspect(ana, 'checkpoint-restore', ['desk']);
    await openFile(bo, 'src/money.ts');
    await expect.poll(() => textOf(bo)).toBe(later);
  });

  await test.step('the restore reaches everyone and says who did it; undoing it brings each character back', async () => {
    await dialog.getByRole('button', { name: 'Restore', exact: true }).click();
    await expect(ana.getByText('Restored “Before the renaming”')).toBeVisible();
    await expect.poll(() => textOf(bo)).not.toContain('// by');
    await expect(transcriptOf(bo)).toContainText('restored the session to “Before the renaming” (2 files)');
    await ana.getByRole('button', { name: 'Undo restore' }).click();
    await expect(ana.getByText('Undid the restore')).toBeVisible();
    await expect.poll(() => textOf(bo)).toBe(later);
    await inspect(ana, 'checkpoints', ['desk']);
  });
});
