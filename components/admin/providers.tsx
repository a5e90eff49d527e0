'use client';

import { Button, Group, Modal, Skeleton, Stack, Text, UnstyledButton } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { refusalMessage } from '@/components/auth/refusal.ts';
import { Section } from '@/components/settings/section.tsx';
import rows from '@/components/settings/section.module.css';
import { useTRPC } from '@/components/trpc.tsx';
import { Fault } from '@/components/ui/fault.tsx';
import type { ProviderKind } from '@/server/core/provider.ts';
import classes from './admin.module.css';
import { FirstSteps } from './first-steps.tsx';
import { ProviderForm } from './provider-form.tsx';
import { ProviderRow } from './provider-row.tsx';

/** All providers with the state of their last test; for a newcomer, what to begin with. */
export function Providers() {
  const trpc = useTRPC();
  const providers = useQuery(trpc.providers.list.queryOptions());
  const [adding, setAdding] = useState<ProviderKind>();
  const [addedId, setAddedId] = useState<string>();
  const [isCorrecting, setCorrecting] = useState(false);
  const added = providers.data?.find(({ id }) => id === addedId);
  const queryClient = useQueryClient();
  const refresh = () => void queryClient.invalidateQueries(trpc.providers.pathFilter());
  const test = useMutation(trpc.providers.test.mutationOptions({ onSettled: refresh }));
  return (
    <Section
      title="Providers"
      lead="Where models are called, with whose key. Tried with a real call before you rely on it."
    >
      {providers.error && <Fault message={refusalMessage(providers.error) ?? ''} onRetry={refresh} />}
      {providers.isPending && <Skeleton height={132} role="img" aria-label="Loading" />}
      {providers.data?.length === 0 && <FirstProvider onChoose={setAdding} />}
      {providers.data && providers.data.length > 0 && (
        <>
          <Group>
            <Button onClick={() => setAdding('anthropic')}>Add a provider</Button>
          </Group>
          <ul className={rows.rows} aria-label="Providers">
            {providers.data.map((provider) => (
              <ProviderRow key={provider.id} provider={provider} onChanged={refresh} />
            ))}
          </ul>
        </>
      )}
      <Modal opened={adding !== undefined} onClose={() => setAdding(undefined)} title="Add a provider" size="lg">
        {adding !== undefined && (
          <ProviderForm
            kind={adding}
            onSaved={(providerId) => {
              setAdding(undefined);
              setAddedId(providerId);
              refresh();
              test.mutate({ providerId, probes: ['streaming', 'tools', 'images'] });
            }}
          />
        )}
      </Modal>
      <Modal
        opened={added !== undefined && !isCorrecting}
        onClose={() => setAddedId(undefined)}
        title={added ? `${added.name}: test and models` : ''}
        size="lg"
      >
        {added && (
          <FirstSteps
            provider={added}
            isTesting={test.isPending}
            onEdit={() => setCorrecting(true)}
            onDone={() => setAddedId(undefined)}
          />
        )}
      </Modal>
      <Modal opened={isCorrecting} onClose={() => setCorrecting(false)} title={`Edit ${added?.name ?? ''}`} size="lg">
        {added && isCorrecting && (
          <ProviderForm
            provider={added}
            onSaved={(providerId) => {
              setCorrecting(false);
              refresh();
              test.mutate({ providerId, probes: ['streaming', 'tools', 'images'] });
            }}
          />
        )}
      </Modal>
    </Section>
  );
}

const beginnings: { kind: ProviderKind; title: string; words: string }[] = [
  { kind: 'anthropic', title: 'Anthropic', words: 'Claude models, with a key from the Anthropic console.' },
  { kind: 'openai', title: 'OpenAI', words: 'GPT models, with a key from the OpenAI platform.' },
  {
    kind: 'openai_compatible',
    title: 'A server of our own',
    words: 'Ollama, vLLM, llama.cpp, LM Studio: code stays on your network.',
  },
  {
    kind: 'gemini',
    title: 'Another one',
    words: 'Gemini, Amazon Bedrock, Azure OpenAI, or a model file on this machine.',
  },
];

function FirstProvider({ onChoose }: { onChoose: (kind: ProviderKind) => void }) {
  return (
    <Stack gap="sm">
      <Text>
        There is no provider yet, so agents that need a model cannot work. Add one, see it answer, and choose which of
        its models people may ask for.
      </Text>
      <div className={classes.choices}>
        {beginnings.map(({ kind, title, words }) => (
          <UnstyledButton key={kind} className={classes.choice} onClick={() => onChoose(kind)}>
            <Text fw={600}>{title}</Text>
            <Text c="dimmed">{words}</Text>
          </UnstyledButton>
        ))}
      </div>
    </Stack>
  );
}
