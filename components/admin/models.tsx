'use client';

import { Badge, Button, Group, Modal, Skeleton, Stack, Text } from '@mantine/core';
import { modals } from '@mantine/modals';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { refusalMessage } from '@/components/auth/refusal.ts';
import { Row, Section } from '@/components/settings/section.tsx';
import rows from '@/components/settings/section.module.css';
import { useTRPC } from '@/components/trpc.tsx';
import { Fault } from '@/components/ui/fault.tsx';
import classes from './admin.module.css';
import { FirstSteps } from './first-steps.tsx';
import { ModelForm } from './model-form.tsx';
import { abilities, abilityWords, priceWords, sizeWords } from './model-words.ts';
import type { Model, Provider } from './provider-values.ts';

/** The models that people may ask for: what each alias leads to, in which order, and what it costs. */
export function Models() {
  const trpc = useTRPC();
  const models = useQuery(trpc.providers.models.queryOptions());
  const providers = useQuery(trpc.providers.list.queryOptions());
  const [isAdding, setAdding] = useState(false);
  if (providers.data?.length === 0 && models.data?.length === 0) return undefined;
  const error = models.error ?? providers.error;
  return (
    <Section
      title="Models"
      lead="The names that people and agents ask for. The first provider of a model answers; the others step in when that one fails."
    >
      {error && <Fault message={refusalMessage(error) ?? ''} onRetry={() => void models.refetch()} />}
      {(models.isPending || providers.isPending) && <Skeleton height={132} role="img" aria-label="Loading" />}
      {models.data && providers.data && (
        <>
          <Group>
            <Button variant="default" aria-expanded={isAdding} onClick={() => setAdding(!isAdding)}>
              {isAdding ? 'Close' : 'Add a model'}
            </Button>
          </Group>
          {isAdding && <ModelForm providers={providers.data} onDone={() => setAdding(false)} />}
          {models.data.length === 0 && !isAdding && <NoModels providers={providers.data} />}
          {models.data.length > 0 && (
            <ul className={rows.rows} aria-label="Models">
              {models.data.map((model) => (
                <ModelRow key={model.id} model={model} providers={providers.data} />
              ))}
            </ul>
          )}
        </>
      )}
    </Section>
  );
}

/** The quickest way to the first model: those that a provider lists. */
function NoModels({ providers }: { providers: readonly Provider[] }) {
  const [chosenId, setChosenId] = useState<string>();
  const chosen = providers.find(({ id }) => id === chosenId);
  return (
    <Stack gap="sm" align="flex-start">
      <Text c="dimmed">There is no model yet, so nobody can ask for one. Choose some that a provider offers.</Text>
      <Group gap="xs">
        {providers.map(({ id, name }) => (
          <Button key={id} onClick={() => setChosenId(id)}>{`Choose models of ${name}`}</Button>
        ))}
      </Group>
      <Modal
        opened={chosen !== undefined}
        onClose={() => setChosenId(undefined)}
        title={`Models of ${chosen?.name ?? ''}`}
        size="lg"
      >
        {chosen && <FirstSteps provider={chosen} onDone={() => setChosenId(undefined)} />}
      </Modal>
    </Stack>
  );
}

function ModelRow({ model, providers }: { model: Model; providers: readonly Provider[] }) {
  const trpc = useTRPC();
  const queryClient = useQueryClient();
  const [isOpen, setOpen] = useState(false);
  const refresh = () => queryClient.invalidateQueries(trpc.providers.pathFilter());
  const change = useMutation(trpc.providers.changeModel.mutationOptions({ onSettled: refresh }));
  const remove = useMutation(trpc.providers.removeModel.mutationOptions({ onSettled: refresh }));
  const fault = refusalMessage(change.error ?? remove.error);
  const { id: modelId, version, alias } = model;
  const [first] = model.targets;
  const confirmRemoval = () =>
    modals.openConfirmModal({
      title: `Remove ${alias}`,
      children: <Text>Calls that ask for {alias} are refused from now on. Its providers stay.</Text>,
      labels: { confirm: 'Remove model', cancel: 'Cancel' },
      confirmProps: { color: 'red' },
      onConfirm: () => remove.mutate({ modelId, version }),
    });
  return (
    <Row>
      <div className={classes.what}>
        <Text fw={600} className="ens-mono">
          {alias}
        </Text>
        <Text c="dimmed" className={classes.chain}>
          {model.targets.map((target) => chainWords(target, providers, alias)).join(' → ')}
        </Text>
        {first && (
          <Text c="dimmed">
            {[
              model.description,
              first.contextSize === null ? 'context not known' : `${sizeWords(first.contextSize)} context`,
              abilitiesOf(first),
            ]
              .filter((words) => words !== '')
              .join(' · ')}
          </Text>
        )}
      </div>
      <Prices model={model} />
      {!model.isEnabled && (
        <Badge variant="light" color="gray">
          Switched off
        </Badge>
      )}
      <Button variant="default" aria-label={`Edit ${alias}`} aria-expanded={isOpen} onClick={() => setOpen(!isOpen)}>
        {isOpen ? 'Close' : 'Edit'}
      </Button>
      {fault !== undefined && (
        <div className={classes.below}>
          <Fault message={fault} />
        </div>
      )}
      {isOpen && (
        <div className={classes.below}>
          <ModelForm key={version} model={model} providers={providers} onDone={() => setOpen(false)} />
          <Group mt="sm" gap="xs">
            <Button
              variant="subtle"
              color="gray"
              onClick={() => change.mutate({ modelId, version, isEnabled: !model.isEnabled })}
            >
              {model.isEnabled ? 'Switch this model off' : 'Switch this model on'}
            </Button>
            <Button variant="subtle" color="red" onClick={confirmRemoval}>
              Remove this model
            </Button>
          </Group>
        </div>
      )}
    </Row>
  );
}

type Target = Model['targets'][number];

function chainWords(target: Target, providers: readonly Provider[], alias: string): string {
  const provider = providers.find(({ id }) => id === target.providerId);
  const name = provider ? `${provider.name}${provider.isEnabled ? '' : ' (switched off)'}` : 'a provider that is gone';
  return target.upstreamModel === alias ? name : `${name}: ${target.upstreamModel}`;
}

function abilitiesOf({ capabilities }: Target): string {
  return abilities
    .filter((name) => capabilities[name])
    .map((name) => abilityWords[name])
    .join(', ');
}

/** The first target's price, and a badge as long as any of them has none. */
function Prices({ model }: { model: Model }) {
  const unpriced = model.targets.filter(({ price }) => price === null).length;
  const words = priceWords(model.targets[0]?.price);
  return (
    <>
      {words !== undefined && (
        <Text c="dimmed" className="ens-tabular" title="For a million tokens">
          {words}
        </Text>
      )}
      {unpriced > 0 && (
        <Badge variant="light" color="yellow" title="Its cost is not counted, so budgets of money do not see it">
          {unpriced === model.targets.length ? 'Unpriced' : `${unpriced} unpriced`}
        </Badge>
      )}
    </>
  );
}
