'use client';

import { Button, Group, Stack, Text, Textarea } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import { refusalMessage } from '@/components/auth/refusal.ts';
import type { RouterOutputs } from '@/components/router-outputs.ts';
import { Section } from '@/components/settings/section.tsx';
import { useTRPC } from '@/components/trpc.tsx';
import classes from './data-protection.module.css';

type Tried = RouterOutputs['dlp']['tryText'];

/** A text, what would be found in it, and what a model would get. */
export function TryText({ teamId }: { teamId: string | null }) {
  const trpc = useTRPC();
  const [text, setText] = useState('');
  const attempt = useMutation(trpc.dlp.tryText.mutationOptions());
  // What stands in the field now may be another text than the one that was tried.
  const tried = attempt.variables?.text === text ? attempt.data : undefined;
  const run = () => attempt.mutate({ teamId, text });
  return (
    <Section
      title="Try a text"
      lead="See what would be found and what a model would get. Nothing is stored; a path alone says whether its file is kept out."
    >
      <Stack gap="sm">
        <Textarea
          label="Text"
          autosize
          minRows={4}
          maxRows={16}
          placeholder={'DB_PASSWORD="hV7-22kq"\nwrite to ana@corp-mail.de'}
          value={text}
          error={refusalMessage(attempt.error)}
          onChange={(event) => setText(event.currentTarget.value)}
          onKeyDown={(event) => {
            if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) run();
          }}
          classNames={{ input: 'ens-mono' }}
          spellCheck={false}
        />
        <Group>
          <Button onClick={run} loading={attempt.isPending} disabled={text === ''}>
            Try it
          </Button>
          <Text c="dimmed" size="sm">
            Ctrl or Cmd and Enter
          </Text>
        </Group>
        {tried && <Outcome text={text} tried={tried} />}
      </Stack>
    </Section>
  );
}

function Outcome({ text, tried }: { text: string; tried: Tried }) {
  const { findings, masked, keptOutBy } = tried;
  const found =
    findings.length === 0 ? 'Nothing was found' : findings.length === 1 ? '1 finding' : `${findings.length} findings`;
  return (
    <Stack gap="sm" aria-live="polite">
      {keptOutBy !== undefined && <Text>A file with this path is kept out by “{keptOutBy}”.</Text>}
      <Text fw={500}>{found}</Text>
      {findings.length > 0 && (
        <>
          <pre className={classes.text} aria-label="The text with what was found">
            {marked(text, findings)}
          </pre>
          <Text fw={500}>What a model gets</Text>
          <pre className={classes.text} aria-label="The masked text">
            {masked}
          </pre>
        </>
      )}
    </Stack>
  );
}

function marked(text: string, findings: Tried['findings']) {
  const parts = findings.map(({ start, end, class: dataClass, detector }, at) => [
    text.slice(findings[at - 1]?.end ?? 0, start),
    <mark key={start} className={classes.found} data-class={dataClass} title={`${detector}, class ${dataClass}`}>
      {text.slice(start, end)}
      <span className={classes.detector}>{detector}</span>
    </mark>,
  ]);
  return [...parts, text.slice(findings.at(-1)?.end ?? 0)];
}
