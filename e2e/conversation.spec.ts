import type { Page } from '@playwright/test';
import { inspect } from './fixtures/inspect.ts';
import { expect, test } from './fixtures/people.ts';
import { transcriptOf } from './fixtures/session-page.ts';

const promptOf = (page: Page) => page.getByRole('textbox', { name: 'Prompt', exact: true });

test('[CV20] [CV40] a viewer proposes, a developer sends it as their own; what is typed outlives a reload', async ({
  bo,
  browserOf,
  session,
}) => {
  const vic = await browserOf({ name: 'Vic', email: 'vic-talk@example.com', role: 'viewer' });
  await vic.goto(session.path);
  const words = vic.getByRole('textbox', { name: 'Prompt to propose' });
  await words.fill('rename parseMoney to readMoney');
  await vic.reload();
  await expect(words).toHaveValue('rename parseMoney to readMoney');
  await vic.getByRole('button', { name: 'Propose', exact: true }).click();
  await expect(words).toHaveValue('');

  await bo.goto(session.path);
  const proposal = transcriptOf(bo).getByRole('group', { name: 'Proposal by Vic', exact: true });
  await expect(proposal).toContainText('rename parseMoney to readMoney');
  await inspect(bo, 'proposal', ['phone']);
  await bo.setViewportSize({ width: 1280, height: 800 });
  await proposal.getByRole('button', { name: 'Send as mine' }).click();
  await expect(transcriptOf(vic).getByRole('group', { name: 'Prompt by Bo' })).toContainText('in the words of Vic');
});

test('[CV34] [CV41] a mention is chosen by keyboard; a draft is seen by others only while it is shared', async ({
  ana,
  bo,
  session,
}) => {
  await bo.goto(session.path);
  await promptOf(bo).pressSequentially('tidy @money');
  await expect(bo.getByRole('listbox', { name: 'Mention' })).toContainText('src/money.ts');
  await bo.keyboard.press('Enter');
  await expect(promptOf(bo)).toHaveValue(/src\/money\.ts /);
  await ana.goto(session.path);
  await expect(promptOf(ana)).toBeVisible();
  await expect(ana.getByRole('group', { name: 'Drafts of others' })).toBeHidden();
  await bo.getByRole('button', { name: 'Share the draft' }).click();
  await expect(ana.getByRole('group', { name: 'Drafts of others' })).toContainText('Bo writes: tidy');
});
