'use client';

import { MantineProvider } from '@mantine/core';
import { ModalsProvider } from '@mantine/modals';
import { Notifications } from '@mantine/notifications';
import type { ReactNode } from 'react';
import { theme } from './theme.ts';
import { ApiProvider } from './trpc.tsx';

export function Providers({ nonce, children }: { nonce: string; children: ReactNode }) {
  return (
    <MantineProvider theme={theme} defaultColorScheme="auto" getStyleNonce={() => nonce}>
      <ApiProvider>
        <ModalsProvider>
          <Notifications position="bottom-left" limit={4} />
          {children}
        </ModalsProvider>
      </ApiProvider>
    </MantineProvider>
  );
}
