'use client';

import { Text } from '@mantine/core';
import { IconBan } from '@tabler/icons-react';
import type { DeniedItem } from '@/server/core/transcript-item.ts';
import { visibleText } from '@/server/core/visible-text.ts';
import { ActionView } from './action-view.tsx';
import classes from './conversation.module.css';
import { JudgedWords } from './judged-words.tsx';
import { RetryDenied } from './retry-denied.tsx';

const deniers = {
  mode: 'the run’s mode',
  policy: 'policy',
  guard: 'the guard',
  house: 'a rule of the house',
  opinion: 'a second opinion',
};

/** Something an agent wanted to do and was denied without a question. */
export function DeniedAction({ item }: { item: DeniedItem }) {
  return (
    <div className={classes.card} role="group" aria-label={`Denied: ${item.title}`}>
      <div className={classes.cardHead}>
        <IconBan size={14} className={classes.bad} aria-hidden />
        <span className={classes.cardTitle} title={item.title}>
          {visibleText(item.title)}
        </span>
      </div>
      <div className={classes.cardBody}>
        <Text size="sm" fw={600} className={classes.bad}>
          Denied by {deniers[item.deniedBy]}
        </Text>
        {item.action && (
          <details>
            <summary className={classes.notice}>What it wanted to do</summary>
            <ActionView action={item.action} />
          </details>
        )}
        <JudgedWords item={item} />
        <RetryDenied item={item} />
      </div>
    </div>
  );
}
