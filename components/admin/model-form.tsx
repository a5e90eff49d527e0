'use client';

import {
  ActionIcon,
  Autocomplete,
  Button,
  Chip,
  Group,
  NumberInput,
  Select,
  SimpleGrid,
  Stack,
  Text,
  TextInput,
} from '@mantine/core';
import { useForm, type UseFormReturnType } from '@mantine/form';
import { IconArrowDown, IconArrowUp, IconTrash } from '@tabler/icons-react';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { refusalMessage } from '@/components/auth/refusal.ts';
import { useTRPC } from '@/components/trpc.tsx';
import { Fault } from '@/components/ui/fault.tsx';
import { findKnownModel, knownModelsOf } from '@/server/core/known-models.ts';
import classes from './admin.module.css';
import { emptyTarget, modelInput, moved, valuesOfModel, withKnown, type ModelValues } from './model-values.ts';
import { abilities, abilityWords } from './model-words.ts';
import type { Model, Provider } from './provider-values.ts';

type Form = UseFormReturnType<ModelValues>;

/** Adds a model, or changes the given one where it stands. */
export function ModelForm({
  model,
  providers,
  onDone,
}: {
  model?: Model;
  providers: readonly Provider[];
  onDone: () => void;
}) {
  const trpc = useTRPC();
  const queryClient = useQueryClient();
  const firstId = providers[0]?.id ?? '';
  const form = useForm<ModelValues>({
    initialValues: model ? valuesOfModel(model) : { alias: '', description: '', targets: [emptyTarget(firstId)] },
    validate: {
      alias: (value) => (value.trim() === '' ? 'Write the name that people ask for' : undefined),
      targets: {
        upstreamModel: (value: string) => (value.trim() === '' ? 'Enter the provider’s name for it' : undefined),
        providerId: (value: string | null) => (value ? undefined : 'Choose a provider'),
      },
    },
  });
  const saved = {
    onSuccess: async () => {
      await queryClient.invalidateQueries(trpc.providers.pathFilter());
      onDone();
    },
  };
  const add = useMutation(trpc.providers.addModels.mutationOptions(saved));
  const change = useMutation(trpc.providers.changeModel.mutationOptions(saved));
  const fault = refusalMessage(add.error ?? change.error);
  const { targets } = form.values;
  const save = form.onSubmit((values) => {
    const input = modelInput(values);
    if (model) change.mutate({ modelId: model.id, version: model.version, ...input });
    else add.mutate({ models: [input] });
  });
  return (
    <form onSubmit={save} noValidate aria-label={model ? `Edit ${model.alias}` : 'New model'}>
      <Stack>
        {fault !== undefined && <Fault message={fault} />}
        <SimpleGrid cols={{ base: 1, xs: 2 }}>
          <TextInput
            label="Alias"
            description="The name that people and agents ask for"
            maxLength={128}
            classNames={{ input: 'ens-mono' }}
            {...form.getInputProps('alias')}
          />
          <TextInput
            label="What it is for"
            description="Shown beside the name"
            maxLength={500}
            {...form.getInputProps('description')}
          />
        </SimpleGrid>
        <div className={classes.targets}>
          {targets.map((target, index) => (
            <TargetFields key={target.key} form={form} index={index} providers={providers} />
          ))}
        </div>
        <Group justify="space-between">
          <Button variant="subtle" onClick={() => form.insertListItem('targets', emptyTarget(firstId))}>
            Add a fallback
          </Button>
          <Button
            type="submit"
            loading={add.isPending || change.isPending}
            disabled={model !== undefined && !form.isDirty()}
          >
            {model ? 'Save' : 'Add model'}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}

function TargetFields({ form, index, providers }: { form: Form; index: number; providers: readonly Provider[] }) {
  const target = form.values.targets[index];
  if (!target) return undefined;
  const at = (name: string) => form.getInputProps(`targets.${index}.${name}`);
  const provider = providers.find(({ id }) => id === target.providerId);
  const known = provider && findKnownModel(provider.kind, target.upstreamModel);
  return (
    <Stack gap="sm" className={classes.target} role="group" aria-label={ordinalOf(index)}>
      <TargetHead form={form} index={index} />
      <SimpleGrid cols={{ base: 1, xs: 2 }}>
        <Select
          label="Provider"
          data={providers.map(({ id, name }) => ({ value: id, label: name }))}
          allowDeselect={false}
          {...at('providerId')}
        />
        <Autocomplete
          label="Its name for the model"
          data={suggestionsOf(provider)}
          limit={50}
          classNames={{ input: 'ens-mono' }}
          {...at('upstreamModel')}
        />
      </SimpleGrid>
      {known && (
        <Group>
          <Button
            variant="light"
            size="compact-xs"
            onClick={() => form.replaceListItem('targets', index, withKnown(target, provider))}
          >
            Fill in what is known of {known.upstreamModel}
          </Button>
        </Group>
      )}
      <SimpleGrid cols={{ base: 2, xs: 3 }}>
        <NumberInput
          label="Context, in tokens"
          placeholder="not known"
          min={1}
          thousandSeparator=","
          {...at('contextSize')}
        />
        <NumberInput
          label="Longest answer, in tokens"
          placeholder="not known"
          min={1}
          thousandSeparator=","
          {...at('maxOutput')}
        />
      </SimpleGrid>
      <Text fw={600} size="sm" id={`abilities-${target.key}`}>
        What it can do
      </Text>
      <Chip.Group multiple {...at('capabilities')}>
        <Group gap="xs" mt={-4} role="group" aria-labelledby={`abilities-${target.key}`}>
          {abilities.map((name) => (
            <Chip key={name} value={name} size="xs">
              {abilityWords[name]}
            </Chip>
          ))}
        </Group>
      </Chip.Group>
      <Text c="dimmed">
        Prices are US dollars for a million tokens. Without input and output it is unpriced, and budgets do not see what
        it costs; 0 means free.
      </Text>
      <SimpleGrid cols={{ base: 2, xs: 4 }}>
        <Price label="Input" {...at('input')} />
        <Price label="Output" {...at('output')} />
        <Price label="Cache read" {...at('cacheRead')} />
        <Price label="Cache write" {...at('cacheWrite')} />
      </SimpleGrid>
      <Text c="dimmed">Some providers charge all of a call more when its input is long. Empty: always the same.</Text>
      <SimpleGrid cols={{ base: 2, xs: 3 }}>
        <NumberInput
          label="From input above"
          suffix=" tokens"
          min={1}
          thousandSeparator=","
          hideControls
          {...at('longAbove')}
        />
        <Factor label="Input costs" {...at('longInput')} />
        <Factor label="Output costs" {...at('longOutput')} />
      </SimpleGrid>
    </Stack>
  );
}

function Price(props: { label: string }) {
  return <NumberInput placeholder="unpriced" prefix="$" min={0} decimalScale={6} hideControls {...props} />;
}

function Factor(props: { label: string }) {
  return <NumberInput placeholder="the same" suffix=" times" min={0.01} decimalScale={2} hideControls {...props} />;
}

const ordinalOf = (index: number) => (index === 0 ? 'First choice' : `Fallback ${index}`);

function suggestionsOf(provider: Provider | undefined): string[] {
  if (!provider) return [];
  const listed = provider.lastTest?.models ?? [];
  return [...new Set([...listed, ...knownModelsOf(provider.kind).map(({ upstreamModel }) => upstreamModel)])];
}

function TargetHead({ form, index }: { form: Form; index: number }) {
  const { targets } = form.values;
  const move = (by: -1 | 1) => form.setFieldValue('targets', moved(targets, index, by));
  return (
    <Group justify="space-between">
      <Text fw={600}>{ordinalOf(index)}</Text>
      {targets.length > 1 && (
        <Group gap={4}>
          <ActionIcon aria-label={`Move ${ordinalOf(index)} up`} disabled={index === 0} onClick={() => move(-1)}>
            <IconArrowUp size={16} />
          </ActionIcon>
          <ActionIcon
            aria-label={`Move ${ordinalOf(index)} down`}
            disabled={index === targets.length - 1}
            onClick={() => move(1)}
          >
            <IconArrowDown size={16} />
          </ActionIcon>
          <ActionIcon aria-label={`Remove ${ordinalOf(index)}`} onClick={() => form.removeListItem('targets', index)}>
            <IconTrash size={16} />
          </ActionIcon>
        </Group>
      )}
    </Group>
  );
}
