'use client';

import { Badge, Button, Group, Select, Stack, Text, Textarea } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import { refusalMessage } from '@/components/auth/refusal.ts';
import type { RouterOutputs } from '@/components/router-outputs.ts';
import sections from '@/components/settings/section.module.css';
import { Row, RowText } from '@/components/settings/section.tsx';
import { useTRPC } from '@/components/trpc.tsx';
import { importSources, type ImportSource } from '@/server/core/guard/import-rules.ts';
import { effectWords } from './guard-words.ts';
import classes from './guard.module.css';

const sources: Record<ImportSource, { label: string; example: string }> = {
  claude: { label: 'Claude Code: settings.json', example: '{ "permissions": { "allow": ["Bash(npm run test:*)"] } }' },
  codex: { label: 'Codex: a rules file', example: 'prefix_rule(pattern=["git", "push"], decision="prompt")' },
  vscode: { label: 'VS Code: settings.json', example: '{ "chat.tools.terminal.autoApprove": { "npm run": true } }' },
};

const isSource = (value: string | null): value is ImportSource => importSources.some((source) => source === value);

/** Another tool's rules: read, looked at, then taken up. */
export function ImportForm({ teamId, onAdded }: { teamId: string | null; onAdded: () => void }) {
  const trpc = useTRPC();
  const [source, setSource] = useState<ImportSource>('claude');
  const [text, setText] = useState('');
  const read = useMutation(trpc.guard.readRules.mutationOptions());
  const add = useMutation(trpc.guard.addRules.mutationOptions({ onSuccess: onAdded }));
  const isCurrent = read.variables?.text === text && read.variables.source === source;
  const found = isCurrent ? read.data : undefined;
  const takeUp = () => {
    if (found)
      add.mutate({ teamId, rules: found.rules.map(({ effect, pattern, note }) => ({ effect, pattern, note })) });
  };
  return (
    <Stack gap="md">
      <Select
        label="From"
        value={source}
        allowDeselect={false}
        data={importSources.map((value) => ({ value, label: sources[value].label }))}
        onChange={(value) => isSource(value) && setSource(value)}
      />
      <Textarea
        label="Its text"
        autosize
        minRows={6}
        maxRows={14}
        placeholder={sources[source].example}
        value={text}
        spellCheck={false}
        data-autofocus
        error={refusalMessage(isCurrent ? read.error : null) ?? refusalMessage(add.error)}
        classNames={{ input: 'ens-mono' }}
        onChange={(event) => setText(event.currentTarget.value)}
      />
      {found && <Found found={found} />}
      <Group justify="flex-end" gap="xs">
        <Button
          variant={found ? 'default' : 'filled'}
          loading={read.isPending}
          disabled={text.trim() === ''}
          onClick={() => read.mutate({ teamId, source, text })}
        >
          Read the rules
        </Button>
        {found && found.rules.length > 0 && (
          <Button loading={add.isPending} onClick={takeUp}>
            Add {found.rules.length === 1 ? '1 rule' : `${found.rules.length} rules`}
          </Button>
        )}
      </Group>
    </Stack>
  );
}

function Found({ found: { rules, left } }: { found: RouterOutputs['guard']['readRules'] }) {
  return (
    <Stack gap="sm" aria-live="polite">
      <ul className={sections.rows} aria-label="Rules that were read">
        {rules.map(({ effect, words, written }) => (
          <Row key={`${effect} ${written}`}>
            <Group gap="xs" wrap="nowrap">
              <Badge variant="light" color={effectWords[effect].color}>
                {effectWords[effect].label}
              </Badge>
              <Text component="code" size="sm" className={`${classes.line} ens-mono`}>
                {words}
              </Text>
            </Group>
          </Row>
        ))}
      </ul>
      {left.length > 0 && (
        <>
          <Text fw={500}>Left out</Text>
          <ul className={sections.rows} aria-label="What was left out">
            {left.map(({ written, why }) => (
              <Row key={written}>
                <RowText>
                  <Text component="code" size="sm" className={`${classes.line} ens-mono`}>
                    {written}
                  </Text>
                  <Text size="sm" c="dimmed">
                    {why}
                  </Text>
                </RowText>
              </Row>
            ))}
          </ul>
        </>
      )}
    </Stack>
  );
}
