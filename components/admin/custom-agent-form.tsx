'use client';

import { Button, Checkbox, Group, Stack, Textarea, TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { refusalMessage } from '@/components/auth/refusal.ts';
import { useTRPC } from '@/components/trpc.tsx';
import { Fault } from '@/components/ui/fault.tsx';
import { readVariables } from './agent-words.ts';
import type { CustomAgent } from './custom-agents.tsx';

type Values = {
  name: string;
  title: string;
  description: string;
  /** The program and its arguments, a line each. */
  lines: string;
  folder: string;
  variables: string;
  needsModel: boolean;
};

const valuesOf = (agent: CustomAgent | undefined): Values => ({
  name: agent?.name ?? '',
  title: agent?.title ?? '',
  description: agent?.description ?? '',
  lines: agent?.command.join('\n') ?? '',
  folder: agent?.folder ?? '',
  variables: '',
  needsModel: agent?.needsModel ?? true,
});

const argvOf = (lines: string) => lines.split('\n').filter((line) => line.trim() !== '');

/** Adds a command, or changes the given one. */
export function CustomAgentForm({ agent, onDone }: { agent?: CustomAgent; onDone: () => void }) {
  const trpc = useTRPC();
  const queryClient = useQueryClient();
  const options = {
    onSuccess: async () => {
      await queryClient.invalidateQueries(trpc.agents.pathFilter());
      onDone();
    },
  };
  const add = useMutation(trpc.agents.addCustom.mutationOptions(options));
  const change = useMutation(trpc.agents.changeCustom.mutationOptions(options));
  const form = useForm<Values>({
    initialValues: valuesOf(agent),
    validate: {
      name: (name) => (agent || /^[a-z][a-z0-9-]{1,39}$/.test(name) ? undefined : 'Small letters, digits and hyphens'),
      title: (title) => (title.trim() === '' ? 'Write what people see' : undefined),
      lines: (lines) => (argvOf(lines).length === 0 ? 'Enter the program' : undefined),
      variables: (text) => {
        const read = readVariables(text);
        return typeof read === 'string' ? read : undefined;
      },
    },
  });
  const fault = refusalMessage(add.error ?? change.error);
  const save = form.onSubmit(({ name, lines, folder, variables, ...fields }) => {
    const read = readVariables(variables);
    if (typeof read === 'string') return;
    const given = { ...fields, argv: argvOf(lines), ...(folder.trim() !== '' && { folder: folder.trim() }) };
    if (!agent) add.mutate({ name, ...given, env: read });
    else {
      const env = variables.trim() === '' ? {} : { env: read };
      change.mutate({ customAgentId: agent.id, version: agent.version, ...given, ...env });
    }
  });
  return (
    <form onSubmit={save} noValidate>
      <Stack gap="sm" maw={560}>
        {fault !== undefined && <Fault message={fault} />}
        {!agent && (
          <TextInput
            label="Name"
            description="What prompts take; it stays"
            classNames={{ input: 'ens-mono' }}
            {...form.getInputProps('name')}
          />
        )}
        <TextInput label="Title" maxLength={80} {...form.getInputProps('title')} />
        <TextInput label="What it is for" maxLength={500} {...form.getInputProps('description')} />
        <Textarea
          label="Program and arguments"
          description="One a line, as they are in the sandbox: what the server has in /usr, Node at /opt/node/bin/node, your folder at /opt/agent"
          autosize
          minRows={3}
          spellCheck={false}
          classNames={{ input: 'ens-mono' }}
          {...form.getInputProps('lines')}
        />
        <TextInput
          label="Folder of the server"
          description="Seen read-only at /opt/agent; leave it empty for a program of the system"
          classNames={{ input: 'ens-mono' }}
          {...form.getInputProps('folder')}
        />
        <Textarea
          label="Variables"
          description={
            agent && agent.envNames.length > 0
              ? `Set: ${agent.envNames.join(', ')}. Leave this empty to keep them, or write all anew.`
              : 'NAME=value, one a line. {openAiUrl}, {anthropicUrl}, {geminiUrl}, {key} and {model} stand for the run’s own.'
          }
          autosize
          minRows={2}
          spellCheck={false}
          classNames={{ input: 'ens-mono' }}
          {...form.getInputProps('variables')}
        />
        <Checkbox
          label="It calls models, through the gateway"
          {...form.getInputProps('needsModel', { type: 'checkbox' })}
        />
        <Group>
          <Button type="submit" loading={add.isPending || change.isPending}>
            {agent ? 'Save' : 'Add this command'}
          </Button>
          <Button variant="subtle" color="gray" onClick={onDone}>
            Cancel
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
