import { Anchor, Center, Stack, Text, Title } from '@mantine/core';

export default function NotFound() {
  return (
    <Center component="main" h="100vh" p="lg">
      <Stack gap="sm" maw={420}>
        <Title order={1}>Nothing here</Title>
        <Text>
          This page does not exist, or you have no access to it. Check the address, or ask the person who sent it to add
          you to the team.
        </Text>
        <Anchor href="/">Go home</Anchor>
      </Stack>
    </Center>
  );
}
