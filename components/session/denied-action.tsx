'use client';

import { Text } from '@mantine/core';
import { IconBan } from '@tabler/icons-react';
import type { DeniedItem } from '@/server/core/transcript-item.ts';
import { visibleText } from '@/server/core/visible-text.ts';
import classes from './conversation.module.css';

const deniers = { mode: 'the mode of the run', policy: 'policy', guard: 'the guard' };

/** Something an agent wanted to do and was denied without a question. */
export function DeniedAction({ item }: { item: DeniedItem }) {
  return (
    <div className={classes.card} role="group" aria-label={`Denied: ${item.title}`}>
      <div className={classes.cardHead}>
        <IconBan size={14} className={classes.bad} aria-hidden />
        <Text className={`${classes.cardTitle} ens-mono`} title={item.title}>
          {visibleText(item.title)}
        </Text>
        <Text size="xs" c="dimmed">
          denied by {deniers[item.deniedBy]}
        </Text>
      </div>
      <div className={classes.cardBody}>
        <Text>{item.reason}</Text>
        {item.saferWay !== undefined && <Text c="dimmed">Safer: {item.saferWay}</Text>}
      </div>
    </div>
  );
}
