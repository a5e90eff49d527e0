'use client';

import { SegmentedControl, Stack } from '@mantine/core';
import { useState } from 'react';
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
  const [chosen, setChosen] = useState<'team' | 'installation'>(isTeamAdmin ? 'team' : 'installation');
  const teamId = chosen === 'team' ? team.id : null;
  return (
    <Stack gap="xl">
      {isTeamAdmin && isInstallationAdmin && (
        <SegmentedControl
          aria-label="Whose rules"
          value={chosen}
          onChange={(value) => setChosen(value === 'team' ? 'team' : 'installation')}
          data={[
            { value: 'team', label: 'This team' },
            { value: 'installation', label: 'The whole installation' },
          ]}
          w="fit-content"
        />
      )}
      <TryText key={`try ${chosen}`} teamId={teamId} />
      <LookedFor teamSlug={team.slug} />
      <RuleList key={chosen} teamId={teamId} />
    </Stack>
  );
}
