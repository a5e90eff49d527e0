'use client';

import {
  Button,
  Checkbox,
  Collapse,
  Group,
  NumberInput,
  PasswordInput,
  SegmentedControl,
  Select,
  Skeleton,
  Stack,
  Text,
  Textarea,
  TextInput,
} from '@mantine/core';
import { useForm, type UseFormReturnType } from '@mantine/form';
import { useDisclosure } from '@mantine/hooks';
import { IconChevronDown, IconChevronRight } from '@tabler/icons-react';
import { useMutation, useQuery } from '@tanstack/react-query';
import { refusalMessage } from '@/components/auth/refusal.ts';
import { useTRPC } from '@/components/trpc.tsx';
import { Fault } from '@/components/ui/fault.tsx';
import { llmProtocols } from '@/server/core/llm-message.ts';
import { protocolLabels, providerKindFacts, providerKinds, type ProviderKind } from '@/server/core/provider.ts';
import { bytesWords } from './model-words.ts';
import { inputOf, newValues, readHeaders, valuesOf, type Provider, type ProviderValues } from './provider-values.ts';

type Form = UseFormReturnType<ProviderValues>;

const usualServers = [
  { name: 'Ollama', url: 'http://127.0.0.1:11434/v1' },
  { name: 'vLLM', url: 'http://127.0.0.1:8000/v1' },
  { name: 'llama.cpp', url: 'http://127.0.0.1:8080/v1' },
  { name: 'LM Studio', url: 'http://127.0.0.1:1234/v1' },
];

/** Adds a provider, or changes the given one. */
export function ProviderForm({
  provider,
  kind = 'anthropic',
  onSaved,
}: {
  provider?: Provider;
  kind?: ProviderKind;
  onSaved: (providerId: string) => void;
}) {
  const trpc = useTRPC();
  const form = useForm<ProviderValues>({
    initialValues: provider ? valuesOf(provider) : newValues(kind),
    validate: {
      name: (value) => (value.trim() === '' ? 'Write a name that tells it from the others' : undefined),
      baseUrl: (value, { kind: of }) =>
        of !== 'local_gguf' && value.trim() === '' ? 'Enter its address, like https://api.example.com/v1' : undefined,
      modelFile: (value, { kind: of }) => (of === 'local_gguf' && value === '' ? 'Choose a file' : undefined),
      protocols: (value) => (value.length === 0 ? 'Choose at least one' : undefined),
      key: (value, { kind: of }) =>
        !provider && providerKindFacts[of].needsKey && value.trim() === '' ? 'Enter the key' : undefined,
      headers: (value) => {
        const read = readHeaders(value);
        return typeof read === 'string' ? read : undefined;
      },
    },
  });
  const add = useMutation(trpc.providers.add.mutationOptions());
  const change = useMutation(trpc.providers.change.mutationOptions());
  const fault = refusalMessage(add.error ?? change.error);
  const save = form.onSubmit((values) => {
    if (provider)
      change.mutate(
        { providerId: provider.id, version: provider.version, ...inputOf(values) },
        { onSuccess: () => onSaved(provider.id) },
      );
    else add.mutate({ kind: values.kind, ...inputOf(values) }, { onSuccess: ({ providerId }) => onSaved(providerId) });
  });
  return (
    <form onSubmit={save} noValidate>
      <Stack>
        {fault !== undefined && <Fault message={fault} />}
        {!provider && <KindSelect form={form} />}
        <TextInput label="Name" maxLength={80} {...form.getInputProps('name')} />
        {form.values.kind === 'local_gguf' ? (
          <FileFields form={form} />
        ) : (
          <AddressFields form={form} provider={provider} />
        )}
        {form.values.kind !== 'local_gguf' && <PlaceField form={form} />}
        {form.values.kind !== 'local_gguf' && <Further form={form} provider={provider} />}
        <Group justify="flex-end">
          <Button type="submit" loading={add.isPending || change.isPending}>
            {provider ? 'Save and test' : 'Add and test'}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}

const kindChoices = providerKinds.map((kind) => ({ value: kind, label: providerKindFacts[kind].label }));
const isKind = (value: string | null): value is ProviderKind => providerKinds.some((kind) => kind === value);

function KindSelect({ form }: { form: Form }) {
  return (
    <Select
      label="Kind"
      data={kindChoices}
      value={form.values.kind}
      allowDeselect={false}
      onChange={(value) => {
        if (!isKind(value)) return;
        form.setValues({ ...newValues(value), key: form.values.key });
        form.clearErrors();
      }}
    />
  );
}

function AddressFields({ form, provider }: { form: Form; provider: Provider | undefined }) {
  const { kind } = form.values;
  const facts = providerKindFacts[kind];
  const stored = provider?.hasKey
    ? `The stored key ${provider.keyLast4 ? `ends in ${provider.keyLast4}` : 'stays'}; leave this empty to keep it.`
    : undefined;
  return (
    <>
      <TextInput
        label="Address"
        description={facts.baseUrlHint}
        classNames={{ input: 'ens-mono' }}
        spellCheck={false}
        {...form.getInputProps('baseUrl')}
      />
      {kind === 'openai_compatible' && (
        <Group gap="xs" mt={-4}>
          {usualServers.map(({ name, url }) => (
            <Button
              key={name}
              variant="light"
              size="compact-xs"
              aria-label={`Use the usual address of ${name}`}
              onClick={() => form.setFieldValue('baseUrl', url)}
            >
              {name}
            </Button>
          ))}
        </Group>
      )}
      <PasswordInput
        label={facts.needsKey ? 'Key' : 'Key, if it wants one'}
        description={stored ?? 'Stored encrypted and never shown again.'}
        autoComplete="off"
        {...form.getInputProps('key')}
      />
    </>
  );
}

function FileFields({ form }: { form: Form }) {
  const trpc = useTRPC();
  const files = useQuery(trpc.providers.modelFiles.queryOptions());
  const fault = refusalMessage(files.error);
  if (fault !== undefined) return <Fault message={fault} onRetry={() => void files.refetch()} />;
  if (!files.data) return <Skeleton height={56} role="img" aria-label="Loading" />;
  const { isInstalled, howToInstall, folder, files: found, memoryBytes } = files.data;
  return (
    <>
      {!isInstalled && <Fault message={howToInstall} />}
      <Select
        label="Model file"
        description={`A .gguf file in ${folder}. It stays in memory; this machine has ${bytesWords(memoryBytes)}.`}
        data={found.map(({ name, sizeBytes }) => ({ value: name, label: `${name} (${bytesWords(sizeBytes)})` }))}
        placeholder={found.length === 0 ? 'There is no file yet' : 'Choose a file'}
        disabled={found.length === 0}
        {...form.getInputProps('modelFile')}
      />
      <NumberInput
        label="Context"
        description="Tokens to make room for; memory grows with it. Empty: 4,096."
        min={256}
        thousandSeparator=","
        {...form.getInputProps('contextSize')}
      />
    </>
  );
}

function PlaceField({ form }: { form: Form }) {
  return (
    <Stack gap={4}>
      <Text size="sm" fw={600} id="provider-place">
        Where it runs
      </Text>
      <SegmentedControl
        aria-labelledby="provider-place"
        data={[
          { value: 'local', label: 'On our own network' },
          { value: 'remote', label: 'Somewhere else' },
        ]}
        {...form.getInputProps('place')}
      />
      <Text size="xs" c="dimmed">
        Policies can keep restricted projects on models that run on your own network.
      </Text>
    </Stack>
  );
}

function Further({ form, provider }: { form: Form; provider: Provider | undefined }) {
  const [isOpen, { toggle }] = useDisclosure(['azure_openai', 'bedrock'].includes(form.values.kind));
  const kept = provider?.headerNames.join(', ');
  return (
    <div>
      <Button
        variant="subtle"
        color="gray"
        px={4}
        leftSection={isOpen ? <IconChevronDown size={14} /> : <IconChevronRight size={14} />}
        aria-expanded={isOpen}
        onClick={toggle}
      >
        Protocols, headers and time limits
      </Button>
      <Collapse expanded={isOpen}>
        <Stack mt="sm">
          {form.values.kind === 'azure_openai' && (
            <TextInput
              label="API version"
              description="Like 2024-10-21, for models by deployment. Empty for the newer /openai/v1 addresses."
              {...form.getInputProps('apiVersion')}
            />
          )}
          <Checkbox.Group
            label="It speaks"
            description="A call in one of these is passed on as it came; others are translated into the first."
            {...form.getInputProps('protocols')}
          >
            <Stack gap="xs" mt="xs">
              {llmProtocols.map((protocol) => (
                <Checkbox key={protocol} value={protocol} label={protocolLabels[protocol]} />
              ))}
            </Stack>
          </Checkbox.Group>
          <Textarea
            label="Further headers"
            description={
              kept ? `Stored: ${kept}. Leave empty to keep them.` : 'Name: value, a line each. Stored encrypted.'
            }
            autosize
            minRows={2}
            classNames={{ input: 'ens-mono' }}
            spellCheck={false}
            {...form.getInputProps('headers')}
          />
          <Group grow align="flex-start">
            <NumberInput label="Connects within" suffix=" s" min={1} max={120} {...form.getInputProps('connectS')} />
            <NumberInput label="Begins within" suffix=" s" min={1} max={3600} {...form.getInputProps('firstByteS')} />
            <NumberInput label="Silent at most" suffix=" s" min={1} max={3600} {...form.getInputProps('idleS')} />
          </Group>
        </Stack>
      </Collapse>
    </div>
  );
}
