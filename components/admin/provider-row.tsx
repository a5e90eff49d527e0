'use client';

import { ActionIcon, Badge, Button, Menu, Modal, Text } from '@mantine/core';
import { modals } from '@mantine/modals';
import { IconDots } from '@tabler/icons-react';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { refusalMessage } from '@/components/auth/refusal.ts';
import { Row } from '@/components/settings/section.tsx';
import { useTRPC } from '@/components/trpc.tsx';
import { Fault } from '@/components/ui/fault.tsx';
import { TimeAgo } from '@/components/ui/time-ago.tsx';
import { providerKindFacts } from '@/server/core/provider.ts';
import classes from './admin.module.css';
import { FirstSteps } from './first-steps.tsx';
import { ProviderForm } from './provider-form.tsx';
import type { Model, Provider } from './provider-values.ts';
import { TestOutcome } from './test-outcome.tsx';

type Dialog = 'edit' | 'models' | undefined;

/** A provider: what it is, how its last test went, and what can be done with it. */
export function ProviderRow({ provider, onChanged }: { provider: Provider; onChanged: () => void }) {
  const trpc = useTRPC();
  const queryClient = useQueryClient();
  const [dialog, setDialog] = useState<Dialog>();
  const [isOpen, setOpen] = useState(false);
  const models = useQuery(trpc.providers.models.queryOptions());
  const refresh = () => queryClient.invalidateQueries(trpc.providers.pathFilter());
  const test = useMutation(trpc.providers.test.mutationOptions({ onSettled: refresh }));
  const change = useMutation(trpc.providers.change.mutationOptions({ onSettled: refresh }));
  const remove = useMutation(trpc.providers.remove.mutationOptions({ onSettled: refresh }));
  const fault = refusalMessage(test.error ?? change.error ?? remove.error);
  const { id: providerId, version, name } = provider;
  const isFixed = provider.source === 'environment';
  const tryIt = () =>
    test.mutate({ providerId, probes: ['streaming', 'tools', 'images'] }, { onSuccess: () => setOpen(true) });
  const isFailing = provider.lastTest?.ok === false && !test.isPending;

  const confirmRemoval = () =>
    modals.openConfirmModal({
      title: `Remove ${name}`,
      children: <Text>{consequence(provider, models.data ?? [])}</Text>,
      labels: { confirm: 'Remove provider', cancel: 'Cancel' },
      confirmProps: { color: 'red' },
      onConfirm: () => remove.mutate({ providerId, version }),
    });

  return (
    <Row>
      <div className={classes.what}>
        <Text fw={600}>{name}</Text>
        <Text c="dimmed">{descriptionOf(provider)}</Text>
        {test.isPending ? (
          <Text c="dimmed" role="status">
            Calling {name}…
          </Text>
        ) : (
          <LastTest provider={provider} isOpen={isOpen} onToggle={() => setOpen(!isOpen)} />
        )}
      </div>
      {provider.place === 'local' && (
        <Badge variant="light" color="teal">
          Own network
        </Badge>
      )}
      {isFixed && (
        <Badge variant="light" color="gray">
          From the environment
        </Badge>
      )}
      {!provider.isEnabled && (
        <Badge variant="light" color="gray">
          Switched off
        </Badge>
      )}
      <Button variant="default" loading={test.isPending} aria-label={`Test ${name}`} onClick={tryIt}>
        Test
      </Button>
      {isFailing && !isFixed && (
        <Button aria-label={`Edit ${name}`} onClick={() => setDialog('edit')}>
          Edit
        </Button>
      )}
      <Menu position="bottom-end">
        <Menu.Target>
          <ActionIcon aria-label={`More for ${name}`}>
            <IconDots size={16} />
          </ActionIcon>
        </Menu.Target>
        <Menu.Dropdown>
          <Menu.Item onClick={() => setDialog('models')}>Add models from it</Menu.Item>
          {!isFixed && <Menu.Item onClick={() => setDialog('edit')}>Edit, or enter another key</Menu.Item>}
          <Menu.Item onClick={() => change.mutate({ providerId, version, isEnabled: !provider.isEnabled })}>
            {provider.isEnabled ? 'Switch off' : 'Switch on'}
          </Menu.Item>
          {(!isFixed || provider.isMissing) && (
            <Menu.Item color="red" onClick={confirmRemoval}>
              Remove
            </Menu.Item>
          )}
        </Menu.Dropdown>
      </Menu>
      {(fault !== undefined || (isOpen && provider.lastTest && !test.isPending)) && (
        <div className={classes.below}>
          {fault !== undefined && <Fault message={fault} />}
          {isOpen && provider.lastTest && !test.isPending && <TestOutcome test={provider.lastTest} />}
        </div>
      )}
      <Modal opened={dialog === 'edit'} onClose={() => setDialog(undefined)} title={`Edit ${name}`} size="lg">
        {dialog === 'edit' && (
          <ProviderForm
            provider={provider}
            onSaved={() => {
              setDialog(undefined);
              onChanged();
              tryIt();
            }}
          />
        )}
      </Modal>
      <Modal opened={dialog === 'models'} onClose={() => setDialog(undefined)} title={`Models of ${name}`} size="lg">
        {dialog === 'models' && (
          <FirstSteps
            provider={provider}
            onEdit={isFixed ? undefined : () => setDialog('edit')}
            onDone={() => setDialog(undefined)}
          />
        )}
      </Modal>
    </Row>
  );
}

function descriptionOf(provider: Provider) {
  const { label } = providerKindFacts[provider.kind];
  if (provider.isMissing) return `${label} · its variable is not set any more, so it is not called`;
  if (provider.kind === 'local_gguf') return `${label} · ${provider.options.modelFile ?? ''}`;
  return (
    <>
      {label} · <span className={classes.chain}>{provider.baseUrl}</span> · {keyWords(provider)}
    </>
  );
}

function keyWords({ hasKey, keyLast4, keySetAt, source }: Provider) {
  if (!hasKey) return 'no key';
  if (source === 'environment') return 'key from the environment';
  return (
    <>
      key {keyLast4 ? `…${keyLast4}` : 'stored'}
      {keySetAt && (
        <>
          , set <TimeAgo at={keySetAt} />
        </>
      )}
    </>
  );
}

function LastTest({ provider, isOpen, onToggle }: { provider: Provider; isOpen: boolean; onToggle: () => void }) {
  const test = provider.lastTest;
  if (!test) return <Text c="dimmed">Not tested yet</Text>;
  return (
    <Text component="div">
      <Text span className={test.ok ? classes.works : classes.fails} fw={500}>
        {test.ok ? '✓ Works' : '✗ Does not work'}
      </Text>{' '}
      <Text span c="dimmed">
        <TimeAgo at={test.at} />
      </Text>{' '}
      <Button variant="subtle" size="compact-xs" aria-expanded={isOpen} onClick={onToggle}>
        {isOpen ? 'Hide details' : 'Show details'}
      </Button>
    </Text>
  );
}

function consequence({ id, name }: Provider, models: readonly Model[]): string {
  const concerned = models.filter(({ targets }) => targets.some(({ providerId }) => providerId === id));
  const orphans = concerned.filter(({ targets }) => targets.every(({ providerId }) => providerId === id));
  const key = `Its key is deleted.`;
  if (concerned.length === 0) return `No model leads to ${name}. ${key}`;
  const left = concerned.length - orphans.length;
  const gone =
    orphans.length === 0
      ? ''
      : ` ${orphans.map(({ alias }) => alias).join(', ')} ${orphans.length === 1 ? 'leads' : 'lead'} nowhere else and ${orphans.length === 1 ? 'is' : 'are'} removed as well.`;
  const fewer = left === 0 ? '' : ` ${left} ${left === 1 ? 'model falls' : 'models fall'} back to other providers.`;
  return `${concerned.length} ${concerned.length === 1 ? 'model leads' : 'models lead'} to it.${gone}${fewer} ${key}`;
}
