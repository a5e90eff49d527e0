'use client';

import { Button, Group, Select, Stack, Textarea, TextInput } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { useState, type FormEvent } from 'react';
import { refusalMessage } from '@/components/auth/refusal.ts';
import { useTRPC } from '@/components/trpc.tsx';
import { findsData, isRuleKind, linesOf, ruleKinds, type RuleKind } from './rule-words.ts';

/** One more thing to look for, or to leave out. */
export function RuleForm({ teamId, onAdded }: { teamId: string | null; onAdded: () => void }) {
  const trpc = useTRPC();
  const [kind, setKind] = useState<RuleKind>('words');
  const [name, setName] = useState('');
  const [dataClass, setDataClass] = useState('internal');
  const [text, setText] = useState('');
  const add = useMutation(trpc.dlp.addRule.mutationOptions({ onSuccess: onAdded }));
  const words = ruleKinds[kind];
  const lines = linesOf(text);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    add.mutate({ teamId, kind, name, lines, ...(findsData(kind) ? { class: dataClass } : {}) });
  };
  return (
    <form onSubmit={submit}>
      <Stack gap="md">
        <Select
          label="What it is"
          value={kind}
          allowDeselect={false}
          onChange={(value) => isRuleKind(value) && setKind(value)}
          data={Object.entries(ruleKinds).map(([value, { title }]) => ({ value, label: title }))}
        />
        <TextInput
          label="Name"
          description="Findings and refusals name it."
          value={name}
          maxLength={60}
          onChange={(event) => setName(event.currentTarget.value)}
          data-autofocus
        />
        {findsData(kind) && (
          <TextInput
            label="Class"
            description="What policies call it: secret, personal, or a word of your own in small letters."
            value={dataClass}
            maxLength={40}
            onChange={(event) => setDataClass(event.currentTarget.value)}
          />
        )}
        <Textarea
          label={words.lines}
          description={words.hint}
          placeholder={words.example}
          autosize
          minRows={4}
          maxRows={14}
          value={text}
          error={refusalMessage(add.error)}
          onChange={(event) => setText(event.currentTarget.value)}
          classNames={{ input: 'ens-mono' }}
          spellCheck={false}
        />
        <Group justify="flex-end">
          <Button type="submit" loading={add.isPending} disabled={name.trim().length < 2 || lines.length === 0}>
            Add the rule
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
