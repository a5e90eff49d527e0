import { inspect } from './fixtures/inspect.ts';
import { expect, team, test } from './fixtures/people.ts';

/** A rule from the form to the version in force, and what a member sees of it. */

test('an admin writes a rule, sees what it says, publishes it and takes it back', async ({ ana, bo: member }) => {
  await ana.goto(`/${team}/settings/policies`);
  await expect(ana.getByText('This team has no rules of its own')).toBeVisible();
  await inspect(ana, 'policies-team');

  await ana.getByRole('button', { name: 'Add rule' }).click();
  await ana.getByRole('menuitem', { name: 'Ask for review of paths' }).click();
  const form = ana.getByRole('dialog', { name: 'Add rule' });
  await form.getByRole('combobox', { name: 'The path is like' }).fill('src/auth/*');
  await form.getByRole('textbox', { name: 'Title' }).fill('Sign-in is reviewed');
  await form.getByRole('textbox', { name: 'Advice' }).fill('Accept its hunks one by one.');
  await expect(form.getByLabel('The rule in Cedar')).toContainText('resource.path like "src/auth/*"');
  await inspect(ana, 'policies-form');
  await form.getByRole('button', { name: 'Add rule', exact: true }).click();
  await expect(ana.getByText('The version in force still decides')).toBeVisible();

  await ana.getByRole('tab', { name: 'Cedar' }).click();
  const editor = ana.getByTestId('cedar-editor');
  await expect(editor.locator('.view-line').filter({ hasText: 'sign-in-is-reviewed' })).toBeVisible({
    timeout: 40_000,
  });
  await editor.locator('.view-lines').click();
  await ana.keyboard.press('ControlOrMeta+End');
  await ana.keyboard.type('forbid (principal, action == Action::"fly", resource);');
  await expect(ana.getByRole('list', { name: 'Problems' })).toContainText('needs an id');
  await expect(ana.getByRole('button', { name: 'Publish' })).toBeDisabled();
  await inspect(ana, 'policies-problems');
  // Monaco's own key to delete a line.
  await ana.keyboard.press('ControlOrMeta+Shift+k');
  await expect(ana.getByRole('list', { name: 'Problems' })).toBeHidden();

  await ana.getByRole('tab', { name: 'Try' }).click();
  await ana.getByRole('combobox', { name: 'May' }).click();
  await ana.getByRole('option', { name: 'accept a suggestion as a whole' }).click();
  await ana.getByRole('textbox', { name: 'Path' }).fill('src/auth/login.ts');
  await ana.getByRole('button', { name: 'Ask' }).click();
  await expect(ana.getByRole('list', { name: 'Answer' })).toContainText('Sign-in is reviewed');
  await inspect(ana, 'policies-try');

  await ana.getByRole('button', { name: 'Publish' }).click();
  const dialog = ana.getByRole('dialog', { name: 'Publish these rules' });
  await expect(dialog.getByText('No model was called in the last 7 days')).toBeVisible();
  await inspect(ana, 'policies-publish');
  await dialog.getByRole('textbox', { name: 'Why' }).fill('Sign-in broke twice');
  await dialog.getByRole('button', { name: 'Publish' }).click();
  await expect(ana.getByText('is in force, published by ana')).toBeVisible();

  await member.goto(`/${team}/settings/policies`);
  await expect(member.getByRole('list', { name: 'Rules' })).toContainText('Sign-in is reviewed');
  await expect(member.getByRole('button', { name: 'Add rule' })).toBeHidden();
  await inspect(member, 'policies-member');

  await ana.getByRole('tab', { name: 'Versions' }).click();
  await ana.getByRole('button', { name: 'Compare with no rules of the team' }).click();
  const versions = ana.getByRole('dialog', { name: 'What is shipped, beside what is in force' });
  await versions.getByRole('textbox', { name: 'Why' }).fill('Not needed any more');
  await inspect(ana, 'policies-restore');
  await versions.getByRole('button', { name: 'Put it in force again' }).click();
  await expect(ana.getByText('Version 2', { exact: true }).first()).toBeVisible();
});
