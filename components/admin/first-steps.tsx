'use client';

import { Button, Checkbox, Group, Skeleton, Stack, Text, TextInput } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { refusalMessage } from '@/components/auth/refusal.ts';
import { useTRPC } from '@/components/trpc.tsx';
import { Fault } from '@/components/ui/fault.tsx';
import { findKnownModel, knownModelsOf, unknownModel } from '@/server/core/known-models.ts';
import classes from './admin.module.css';
import { priceWords, sizeWords } from './model-words.ts';
import type { Model, Provider } from './provider-values.ts';
import { TestOutcome } from './test-outcome.tsx';

/** What comes after adding a provider: see it answer, and choose which of its models people may ask for. */
export function FirstSteps({
  provider,
  isTesting = false,
  onEdit,
  onDone,
}: {
  provider: Provider;
  /** Whether a test was begun elsewhere. */
  isTesting?: boolean;
  /** Left out where nothing of it can be changed. */
  onEdit?: (() => void) | undefined;
  onDone: () => void;
}) {
  const trpc = useTRPC();
  const queryClient = useQueryClient();
  const refresh = () => queryClient.invalidateQueries(trpc.providers.pathFilter());
  const test = useMutation(trpc.providers.test.mutationOptions({ onSettled: refresh }));
  const models = useQuery(trpc.providers.models.queryOptions());
  const outcome = isTesting ? undefined : provider.lastTest;
  const fault = refusalMessage(test.error ?? models.error);
  return (
    <Stack>
      {fault !== undefined && <Fault message={fault} />}
      {isTesting && (
        <Stack gap="xs" role="status">
          <Text c="dimmed">Calling {provider.name}…</Text>
          <Skeleton height={96} />
        </Stack>
      )}
      {!isTesting && !outcome && <Text c="dimmed">Not tested yet.</Text>}
      {outcome && <TestOutcome test={outcome} />}
      <Group gap="xs">
        {outcome?.ok === false && onEdit && <Button onClick={onEdit}>Change address or key</Button>}
        <Button
          variant="default"
          loading={test.isPending || isTesting}
          onClick={() => test.mutate({ providerId: provider.id, probes: ['streaming', 'tools', 'images'] })}
        >
          {outcome ? 'Test again' : 'Test the connection'}
        </Button>
      </Group>
      {models.isPending && <Skeleton height={160} role="img" aria-label="Loading" />}
      {models.data && !isTesting && (
        <ModelChoice
          key={outcome?.at}
          provider={provider}
          models={models.data}
          onAdded={() => {
            void refresh();
            onDone();
          }}
        />
      )}
    </Stack>
  );
}

const mostChosen = 12;

/** The names to choose from: what the provider listed, else what is known of its kind. */
function namesOf({ kind, lastTest }: Provider): string[] {
  const listed = lastTest?.models ?? [];
  return listed.length > 0 ? listed : knownModelsOf(kind).map(({ upstreamModel }) => upstreamModel);
}

function ModelChoice({
  provider,
  models,
  onAdded,
}: {
  provider: Provider;
  models: readonly Model[];
  onAdded: () => void;
}) {
  const trpc = useTRPC();
  const taken = new Set(models.map(({ alias }) => alias));
  const offered = namesOf(provider);
  const free = offered.filter((name) => !taken.has(aliasOf(name)));
  const known = free.filter((name) => findKnownModel(provider.kind, name)?.upstreamModel === name);
  const [wanted, setWanted] = useState<string[]>(free.length <= mostChosen ? free : known);
  const [search, setSearch] = useState('');
  const [own, setOwn] = useState('');
  const add = useMutation(trpc.providers.addModels.mutationOptions({ onSuccess: onAdded }));
  const fault = refusalMessage(add.error);
  const shown = free.filter((name) => name.toLowerCase().includes(search.toLowerCase())).slice(0, 200);
  const chosen = [...wanted, ...(own.trim() === '' ? [] : [own.trim()])];
  return (
    <Stack gap="sm">
      <Text fw={600}>Models that people may ask for</Text>
      {provider.lastTest?.ok === false && (
        <Text c="dimmed">They can be added now, and answer as soon as the provider works.</Text>
      )}
      {free.length < offered.length && (
        <Text c="dimmed">
          {offered.length - free.length === 1
            ? 'One of its models has a name that is in use already.'
            : `${offered.length - free.length} of its models have names that are in use already.`}{' '}
          To let this provider answer for such a name as well, edit that model and add a fallback.
        </Text>
      )}
      {free.length > mostChosen && (
        <TextInput
          aria-label="Search models"
          placeholder={`Search ${free.length} models`}
          value={search}
          onChange={(event) => setSearch(event.currentTarget.value)}
        />
      )}
      {free.length > 0 && (
        <Checkbox.Group value={wanted} onChange={setWanted} aria-label="Models to add">
          <Stack gap="xs" className={classes.known}>
            {shown.map((name) => (
              <Checkbox key={name} value={name} label={name} description={factsOf(provider, name)} />
            ))}
          </Stack>
        </Checkbox.Group>
      )}
      <TextInput
        label={provider.kind === 'azure_openai' ? 'Deployment' : 'One that is not listed'}
        description={
          provider.kind === 'azure_openai' ? 'The name of the deployment in Azure' : 'By the provider’s own name for it'
        }
        value={own}
        onChange={(event) => setOwn(event.currentTarget.value)}
      />
      {fault !== undefined && <Fault message={fault} />}
      <Group justify="flex-end">
        <Button
          disabled={chosen.length === 0}
          loading={add.isPending}
          onClick={() => add.mutate({ models: chosen.map((name) => modelOf(provider, name)) })}
        >
          {chosen.length === 0 ? 'Add models' : chosen.length === 1 ? 'Add 1 model' : `Add ${chosen.length} models`}
        </Button>
      </Group>
    </Stack>
  );
}

const aliasOf = (upstreamModel: string) =>
  upstreamModel.replace(/^models\//, '').replaceAll(/[^A-Za-z0-9._:/@+-]/g, '-');

function factsOf({ kind }: Provider, name: string): string {
  const known = findKnownModel(kind, name);
  if (!known) return 'Unpriced';
  return `${sizeWords(known.contextSize)} context · ${priceWords(known.price) ?? 'unpriced'}`;
}

/** A model as the table knows it; of an unknown one what the test showed. */
function modelOf(provider: Provider, name: string) {
  const known = findKnownModel(provider.kind, name);
  const { description, capabilities, price } = known ?? { ...unknownModel, capabilities: probedCapabilities(provider) };
  const target = {
    providerId: provider.id,
    upstreamModel: name,
    contextSize: known?.contextSize ?? provider.options.contextSize ?? null,
    maxOutput: known?.maxOutput ?? null,
    capabilities,
    price,
  };
  return { alias: aliasOf(name), description, targets: [target] };
}

function probedCapabilities({ lastTest }: Provider) {
  const worked = (name: string) => lastTest?.probes.find((probe) => probe.name === name)?.ok;
  const { tools, images, streaming, thinking } = unknownModel.capabilities;
  return {
    tools: worked('tools') ?? tools,
    images: worked('images') ?? images,
    streaming: worked('streaming') ?? streaming,
    thinking,
  };
}
