'use client';

import { Badge, Button, Group, Select, Stack, Table, Text, Textarea, TextInput } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import { refusalMessage } from '@/components/auth/refusal.ts';
import type { RouterOutputs } from '@/components/router-outputs.ts';
import { Section } from '@/components/settings/section.tsx';
import { useTRPC } from '@/components/trpc.tsx';
import type { GuardedAction } from '@/server/core/guard/guarded-action.ts';
import { familyTitles, needsText } from './approval-words.ts';
import type { GuardTeam } from './guard-page.tsx';
import { effectWords } from './guard-words.ts';
import classes from './guard.module.css';

type Tried = RouterOutputs['guard']['try'];

/** A command or a change, how it is understood, and what would be said of it. */
export function TryAction({ team }: { team: GuardTeam }) {
  const trpc = useTRPC();
  const [kind, setKind] = useState<Kind>('command');
  const [command, setCommand] = useState('');
  const [edit, setEdit] = useState({ path: '', oldText: '', newText: '' });
  const [line, setLine] = useState('');
  const attempt = useMutation(trpc.guard.try.mutationOptions());
  const action = actionOf(kind, { command, edit, line });
  const isCurrent = JSON.stringify(attempt.variables?.action) === JSON.stringify(action);
  const tried = isCurrent ? attempt.data : undefined;
  const isEmpty = (kind === 'command' ? command : kind === 'edit' ? edit.path : line).trim() === '';
  const run = () => !isEmpty && attempt.mutate({ teamId: team.id, action });
  return (
    <Section
      title="Try an action"
      lead="As if an agent asked for it in its sandbox. Nothing is done and nothing is kept."
    >
      <Stack
        gap="sm"
        onKeyDown={(event) => {
          if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) run();
        }}
      >
        <Select
          label="What kind of action"
          value={kind}
          allowDeselect={false}
          onChange={(value) => setKind(kinds.find((one) => one.value === value)?.value ?? 'command')}
          data={kinds}
          maw={280}
        />
        {kind === 'command' ? (
          <Textarea
            label="What would be run"
            autosize
            minRows={2}
            maxRows={12}
            placeholder="find . -name '*.tmp' -print0 | xargs -0 rm -f"
            value={command}
            spellCheck={false}
            classNames={{ input: 'ens-mono' }}
            error={refusalMessage(isCurrent ? attempt.error : null)}
            onChange={(event) => setCommand(event.currentTarget.value)}
          />
        ) : kind === 'edit' ? (
          <EditFields edit={edit} onChange={setEdit} error={refusalMessage(isCurrent ? attempt.error : null)} />
        ) : (
          <TextInput
            {...lineWords[kind]}
            value={line}
            spellCheck={false}
            classNames={{ input: 'ens-mono' }}
            error={refusalMessage(isCurrent ? attempt.error : null)}
            onChange={({ currentTarget: { value } }) => setLine(value)}
          />
        )}
        <Group>
          <Button onClick={run} loading={attempt.isPending} disabled={isEmpty}>
            Ask the guard
          </Button>
          <Text c="dimmed" size="sm">
            Ctrl or Cmd and Enter
          </Text>
        </Group>
        {tried && <Outcome tried={tried} />}
      </Stack>
    </Section>
  );
}

type Kind = Exclude<GuardedAction['kind'], 'other'>;
const kinds = [
  { value: 'command', label: 'A command' },
  { value: 'edit', label: 'A change of a file' },
  { value: 'read', label: 'Reading a file by a tool' },
  { value: 'fetch', label: 'Fetching an address' },
  { value: 'mcp', label: 'A tool of an MCP server' },
] as const satisfies { value: Kind; label: string }[];

const lineWords = {
  read: { label: 'Path', placeholder: 'contracts/2026.md' },
  fetch: { label: 'Address', placeholder: 'https://docs.example.com/' },
  mcp: { label: 'Server and tool', placeholder: 'tickets create_issue' },
};

function actionOf(kind: Kind, { command, edit, line }: { command: string; edit: Edit; line: string }): GuardedAction {
  if (kind === 'command') return { kind, command };
  if (kind === 'edit') return { kind, ...edit };
  const text = line.trim();
  if (kind === 'read') return { kind, path: text };
  if (kind === 'fetch') return { kind, address: text };
  const [server = '', ...name] = text.split(/\s+/);
  return { kind, server, name: name.join(' '), input: '' };
}

type Edit = { path: string; oldText: string; newText: string };

function EditFields({
  edit,
  onChange,
  error,
}: {
  edit: Edit;
  onChange: (edit: Edit) => void;
  error: string | undefined;
}) {
  return (
    <>
      <TextInput
        label="Path"
        placeholder="src/auth/login.test.ts"
        value={edit.path}
        error={error}
        classNames={{ input: 'ens-mono' }}
        onChange={({ currentTarget: { value } }) => onChange({ ...edit, path: value })}
      />
      {(['oldText', 'newText'] as const).map((name) => (
        <Textarea
          key={name}
          label={name === 'oldText' ? 'Before' : 'After'}
          autosize
          minRows={3}
          maxRows={12}
          value={edit[name]}
          spellCheck={false}
          classNames={{ input: 'ens-mono' }}
          onChange={({ currentTarget: { value } }) => onChange({ ...edit, [name]: value })}
        />
      ))}
    </>
  );
}

function Outcome({ tried: { word, guard, families, commands, unresolved, needs } }: { tried: Tried }) {
  const { done, color } = effectWords[word.verdict];
  return (
    <Stack gap="sm" aria-live="polite" role="group" aria-label="What is said">
      <Group gap="xs">
        <Badge variant="light" color={color} size="lg">
          {done}
        </Badge>
        <Text>{word.reason}</Text>
      </Group>
      {word.saferWay !== undefined && <Text>Safer: {word.saferWay}</Text>}
      {needs && <Text>{needsText(needs)}</Text>}
      {families.length > 0 && <Text>About: {families.map((family) => familyTitles[family]).join(' · ')}</Text>}
      {word.rules.length > 0 && (
        <Text size="sm" c="dimmed" className="ens-mono" style={{ overflowWrap: 'anywhere' }}>
          {word.rules.join(', ')}
        </Text>
      )}
      {word.by === 'house' && guard && (
        <Text c="dimmed">
          The guard alone says: {effectWords[guard.verdict].label}. {guard.reason}
        </Text>
      )}
      {unresolved.map((what) => (
        <Text key={what}>Not known: {what}</Text>
      ))}
      {commands.length > 0 && <Commands commands={commands} />}
    </Stack>
  );
}

function Commands({ commands }: { commands: Tried['commands'] }) {
  return (
    <Table.ScrollContainer minWidth={480}>
      <Table verticalSpacing="xs" aria-label="How it is understood">
        <Table.Thead>
          <Table.Tr>
            <Table.Th>Runs</Table.Th>
            <Table.Th>With</Table.Th>
            <Table.Th>Through</Table.Th>
            <Table.Th>In</Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {commands.map(({ name, args, redirects, via, cwd, conditional }, at) => (
            <Table.Tr key={`${at} ${name}`}>
              <Table.Td className="ens-mono">
                {name}
                {conditional && (
                  <Text span size="xs" c="dimmed">
                    {' '}
                    perhaps
                  </Text>
                )}
              </Table.Td>
              <Table.Td className={`${classes.line} ens-mono`}>{[...args, ...redirects].join(' ')}</Table.Td>
              <Table.Td className="ens-mono">{via.join(' › ')}</Table.Td>
              <Table.Td className="ens-mono">{cwd ?? 'unknown'}</Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </Table.ScrollContainer>
  );
}
