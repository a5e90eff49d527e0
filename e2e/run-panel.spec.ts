import { caretAtEndOf, openFile, textOf } from './fixtures/editor.ts';
import { expect, test } from './fixtures/people.ts';
import { saved } from './fixtures/session-page.ts';

test('the sample’s failing test is seen failing; fixed in the room, it is seen passing', async ({ ana, session }) => {
  await ana.goto(session.path);
  await openFile(ana, 'src/money.ts');
  await ana.getByRole('button', { name: 'Run', exact: true }).click();
  const panel = ana.getByRole('region', { name: 'Run' });
  await panel.getByRole('button', { name: 'Test' }).click();
  const output = panel.getByRole('log', { name: 'Output of npm test' });
  await expect(panel.getByText('✗ failed')).toBeVisible({ timeout: 40_000 });
  await expect(output).toContainText('prices that end in 99 keep their last cent');
  await expect(output).toContainText(/fail 1/);
  await expect(panel).toContainText('exit code 1');

  await caretAtEndOf(ana, 'return Math.trunc(units');
  await ana.keyboard.press('Shift+Home');
  await ana.keyboard.insertText('return Math.round(units * 100);');
  await saved(ana);
  await panel.getByRole('button', { name: 'Test' }).click();
  await expect(panel.getByText('✓ succeeded')).toBeVisible({ timeout: 40_000 });
  await expect(output).toContainText(/fail 0/);
});

test('output arrives while a command runs, for everyone, and a long command is stopped within seconds', async ({
  ana,
  bo,
  session,
}) => {
  for (const page of [ana, bo]) {
    await page.goto(session.path);
    await page.getByRole('button', { name: 'Run', exact: true }).click();
  }
  const own = ana.getByRole('textbox', { name: 'Another command' });
  await own.fill('echo first line; sleep 300; echo never');
  await own.press('Enter');
  for (const page of [ana, bo]) {
    const panel = page.getByRole('region', { name: 'Run' });
    await expect(panel.getByRole('log')).toContainText('first line', { timeout: 40_000 });
    await expect(panel.getByText('running', { exact: true })).toBeVisible();
  }
  await bo.getByRole('region', { name: 'Run' }).getByRole('button', { name: 'Stop' }).click();
  for (const page of [ana, bo])
    await expect(page.getByRole('region', { name: 'Run' }).getByText('cancelled', { exact: true })).toBeVisible({
      timeout: 5_000,
    });
  await expect(ana.getByRole('region', { name: 'Run' }).getByRole('log')).not.toContainText('never');
});

test('a running command and the editor see each other’s changes; what does not go together is kept and chosen', async ({
  ana,
  session,
}) => {
  await ana.goto(session.path);
  await openFile(ana, 'README.md');
  await ana.getByRole('button', { name: 'Run', exact: true }).click();
  const panel = ana.getByRole('region', { name: 'Run' });
  const output = panel.getByRole('log');
  const own = ana.getByRole('textbox', { name: 'Another command' });

  // A watcher: prints the file when it changes, and answers in it.
  await own.fill(
    'sleep 1; printf "\\nwatching\\n" >> README.md; until grep -q "typed here" README.md; do sleep 0.1; done; echo seen; sed -i "s/watching/answered/" README.md; sleep 300',
  );
  await own.press('Enter');
  await expect.poll(() => textOf(ana), { timeout: 40_000 }).toContain('watching');
  await caretAtEndOf(ana, '# ');
  await ana.keyboard.type(' typed here');
  await expect(output).toContainText('seen');
  await expect.poll(() => textOf(ana)).toContain('answered');
  expect(await textOf(ana)).toContain('typed here');
  await panel.getByRole('button', { name: 'Stop' }).click();
  await expect(panel.getByText('cancelled', { exact: true })).toBeVisible();
  expect(await textOf(ana)).toContain('answered');

  // One that writes the very line in which somebody types: both keep theirs, and a person chooses.
  await own.fill('n=0; while :; do n=$((n+1)); sed -i "1s/.*/# written $n/" README.md; sleep 0.03; done');
  await own.press('Enter');
  await expect.poll(() => textOf(ana), { timeout: 40_000 }).toContain('# written');
  const notTaken = panel.getByRole('group', { name: 'Not taken over' });
  await caretAtEndOf(ana, '# ');
  while (!(await notTaken.isVisible())) await ana.keyboard.type('mine ', { delay: 20 });
  await expect(notTaken).toContainText('README.md');
  await panel.getByRole('button', { name: 'Stop' }).click();
  await expect(panel.getByText('cancelled', { exact: true })).toBeVisible();
  expect(await textOf(ana)).toContain('mine');
  await notTaken.getByRole('button', { name: 'Take the command’s version' }).click();
  await expect.poll(() => textOf(ana)).not.toContain('mine');
  await ana.getByRole('button', { name: 'Undo' }).click();
  await expect.poll(() => textOf(ana)).toContain('mine');
});
