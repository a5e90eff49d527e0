'use client';

import { Stack } from '@mantine/core';
import { useState } from 'react';
import { ScopeChoice, type RuleScope } from '@/components/settings/scope-choice.tsx';
import { LookedFor } from './looked-for.tsx';
import { RuleList } from './rule-list.tsx';
import { TryText } from './try-text.tsx';

/** What is looked for, what admins added, and a bench to try it. */
export function DataProtection(given: {
  team: { id: string; slug: string };
  isTeamAdmin: boolean;
  isInstallationAdmin: boolean;
}) {
  const { team, isTeamAdmin, isInstallationAdmin } = given;
  const [chosen, setChosen] = useState<RuleScope>(isTeamAdmin ? 'team' : 'installation');
  const teamId = chosen === 'team' ? team.id : null;
  return (
    <Stack gap="xl">
      {isTeamAdmin && isInstallationAdmin && <ScopeChoice value={chosen} onChange={setChosen} />}
      <TryText key={`try ${chosen}`} teamId={teamId} />
      <LookedFor teamSlug={team.slug} />
      <RuleList key={chosen} teamId={teamId} />
    </Stack>
  );
}
