'use client';

import { Group, Kbd, Modal, Stack, Text } from '@mantine/core';
import { useDisclosure, useHotkeys } from '@mantine/hooks';
import { usePathname } from 'next/navigation';

type Key = { keys: string[]; does: string };

const everywhere: Key[] = [
  { keys: ['Ctrl', 'K'], does: 'Search or do anything' },
  { keys: ['?'], does: 'Show the keys of this page' },
];

const room: Key[] = [
  { keys: ['Ctrl', 'P'], does: 'Open a file by name' },
  { keys: ['Ctrl', 'Shift', 'F'], does: 'Search in files' },
  { keys: ['Ctrl', 'J'], does: 'Go to the conversation' },
  { keys: ['Ctrl', 'Alt', 'S'], does: 'Save a checkpoint' },
  { keys: ['Ctrl', 'Enter'], does: 'Send the prompt' },
  { keys: ['Ctrl', 'Z'], does: 'Undo your own last change' },
  { keys: ['Alt', 'F5'], does: 'Go to the next suggestion in the file' },
  { keys: ['Ctrl', 'Alt', 'M'], does: 'Comment on the selection' },
  { keys: ['Alt', 'F9'], does: 'Go to the next comment in the file' },
];

const suggestion: Key[] = [
  { keys: ['n'], does: 'Next hunk' },
  { keys: ['p'], does: 'Previous hunk' },
  { keys: ['y'], does: 'Accept the hunk' },
  { keys: ['x'], does: 'Reject the hunk' },
  { keys: ['e'], does: 'Edit the lines, then accept' },
  { keys: ['z'], does: 'Undo the decision' },
];

const question: Key[] = [
  { keys: ['Alt', 'F7'], does: 'Go to the question of an agent' },
  { keys: ['a'], does: 'Allow once' },
  { keys: ['r'], does: 'Allow for this run' },
  { keys: ['d'], does: 'Deny' },
];

/** `?` lists the keys of the page. */
export function KeyboardHelp() {
  const [opened, { open, close }] = useDisclosure(false);
  const pathname = usePathname();
  useHotkeys([['shift+?', open]]);
  const inSession = pathname.includes('/sessions/');
  return (
    <Modal opened={opened} onClose={close} title="Keys of this page" size="sm">
      <Stack gap="lg">
        <Keys title="Everywhere" keys={everywhere} />
        {inSession && <Keys title="Session" keys={room} />}
        {inSession && <Keys title="Question of an agent" keys={question} />}
        {inSession && <Keys title="Suggestion" keys={suggestion} />}
      </Stack>
    </Modal>
  );
}

function Keys({ title, keys }: { title: string; keys: Key[] }) {
  return (
    <Stack gap="xs">
      <Text fw={600}>{title}</Text>
      {keys.map((key) => (
        <Group key={key.does} justify="space-between" wrap="nowrap">
          <Text>{key.does}</Text>
          <Group gap={4} wrap="nowrap">
            {key.keys.map((name) => (
              <Kbd key={name} size="xs">
                {name}
              </Kbd>
            ))}
          </Group>
        </Group>
      ))}
    </Stack>
  );
}
