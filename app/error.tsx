'use client';

import { Button, Center, Stack, Text, Title } from '@mantine/core';

export default function PageError({ reset }: { error: Error & { digest?: string }; reset: () => void }) {
  return (
    <Center component="main" h="100vh" p="lg">
      <Stack gap="sm" maw={420}>
        <Title order={1}>This page could not be shown</Title>
        <Text>
          The server met a fault while making it. Nothing you wrote is lost. Try again; if it stays, an admin finds the
          cause in the server’s log.
        </Text>
        <Button onClick={reset} w="fit-content">
          Try again
        </Button>
      </Stack>
    </Center>
  );
}
