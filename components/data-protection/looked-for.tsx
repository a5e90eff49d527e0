'use client';

import { Anchor, Table, Text } from '@mantine/core';
import Link from 'next/link';
import { Section } from '@/components/settings/section.tsx';

const kinds = [
  {
    class: 'secret',
    name: 'Secrets',
    what: 'Keys and tokens of about ninety services by their form, passwords and tokens by the name they are assigned to, private keys, addresses with a password, and by heart the keys that this installation itself holds.',
  },
  {
    class: 'personal',
    name: 'Personal data',
    what: 'E-mail addresses, telephone numbers with a country code, cards and IBANs with right check digits, and numbers that nine states give to people.',
  },
  {
    class: 'unread',
    name: 'What cannot be read',
    what: 'PDF and other documents that are no text, and sounds. Nothing in them is found or masked: they go as they are unless a policy blocks the class.',
  },
  {
    class: 'your own',
    name: 'Your own words and patterns',
    what: 'What admins added. Each list has a class, which policies can name.',
  },
] as const;

/** The kinds of data, and where it is said what happens to each. */
export function LookedFor({ teamSlug }: { teamSlug: string }) {
  return (
    <Section title="What is looked for">
      <Text>
        What happens to each class is said in{' '}
        <Anchor inherit underline="always" component={Link} href={`/${teamSlug}/settings/policies`}>
          Policies
        </Anchor>
        : it is refused, masked, sent with a notice, or sent as it is. As shipped, all that is found is masked. Pictures
        lose what cameras wrote about them.
      </Text>
      <Table.ScrollContainer minWidth={320}>
        <Table verticalSpacing="xs">
          <Table.Thead>
            <Table.Tr>
              <Table.Th>Kind</Table.Th>
              <Table.Th>Class</Table.Th>
              <Table.Th>What it is</Table.Th>
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {kinds.map((kind) => (
              <Table.Tr key={kind.class}>
                <Table.Td>{kind.name}</Table.Td>
                <Table.Td className="ens-mono">{kind.class}</Table.Td>
                <Table.Td>{kind.what}</Table.Td>
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      </Table.ScrollContainer>
    </Section>
  );
}
