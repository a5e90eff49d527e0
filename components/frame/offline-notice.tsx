'use client';

import { Text } from '@mantine/core';
import { useNetwork } from '@mantine/hooks';
import { IconCloudOff } from '@tabler/icons-react';
import classes from './app-frame.module.css';

/** On every page but a session's, which says more: that what is seen may be old, and that nothing is sent. */
export function OfflineNotice() {
  const { online } = useNetwork();
  return (
    <div role="status">
      {!online && (
        <div className={classes.offline}>
          <IconCloudOff size={16} aria-hidden />
          <Text size="sm">
            You are offline. What you see may be old, and changes are refused until the connection is back; what you
            write stays in this tab.
          </Text>
        </div>
      )}
    </div>
  );
}
