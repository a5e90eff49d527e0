'use client';

import { Text } from '@mantine/core';
import { IconUsers } from '@tabler/icons-react';
import { allowedSoFarText, familyTitles, needsText } from '@/components/guard/approval-words.ts';
import type { DeniedItem, PermissionItem } from '@/server/core/transcript-item.ts';
import classes from './conversation.module.css';

/** Who has to allow what is still open, where that is more than the right to approve, and who has by now. */
export function NeedsWords({ item, isOpen }: { item: PermissionItem | DeniedItem; isOpen: boolean }) {
  const { needs, allowedBy } = item;
  if (!needs || !isOpen) return null;
  const about = needs.families.filter((family) => family !== 'any').map((family) => familyTitles[family]);
  return (
    <div className={classes.judged} role="status">
      <Text inherit>
        <IconUsers size={14} aria-hidden style={{ verticalAlign: 'text-bottom', marginInlineEnd: 4 }} />
        {needsText(needs)}
        {about.length > 0 && (
          <Text span size="xs" c="dimmed">
            {' '}
            {about.join(', ')}
          </Text>
        )}
      </Text>
      {allowedBy.length > 0 && (
        <Text inherit className={classes.good}>
          {allowedSoFarText(needs, allowedBy)}
        </Text>
      )}
    </div>
  );
}
