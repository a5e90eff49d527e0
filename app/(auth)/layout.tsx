import { Center, Stack, Text } from '@mantine/core';
import type { Metadata } from 'next';
import type { ReactNode } from 'react';

/** Addresses of these pages may carry the secret of a link: nobody else is told where a visitor comes from. */
export const metadata: Metadata = { referrer: 'no-referrer', robots: { index: false, follow: false } };

export default function AuthLayout({ children }: { children: ReactNode }) {
  return (
    <Center component="main" mih="100vh" p="lg">
      <Stack gap="lg" align="center" w="100%">
        <Text fw={700} size="lg">
          Ensemble
        </Text>
        {children}
      </Stack>
    </Center>
  );
}
