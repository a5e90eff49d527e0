import { Text } from '@mantine/core';
import { actionLine, type GuardedAction } from '@/server/core/guard/guarded-action.ts';

import classes from './guard.module.css';

/** What an agent wanted to do, in a line or a few. */
export function ActionText({ action }: { action: GuardedAction }) {
  return (
    <Text component="code" size="sm" className={`${classes.line} ${classes.clamped} ens-mono`}>
      {actionLine(action)}
    </Text>
  );
}
