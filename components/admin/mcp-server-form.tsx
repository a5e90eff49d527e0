'use client';

import {
  Button,
  Group,
  MultiSelect,
  SegmentedControl,
  Select,
  Stack,
  TagsInput,
  Text,
  Textarea,
  TextInput,
} from '@mantine/core';
import { useForm, type UseFormReturnType } from '@mantine/form';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { refusalMessage } from '@/components/auth/refusal.ts';
import { useTRPC } from '@/components/trpc.tsx';
import { Fault } from '@/components/ui/fault.tsx';
import { mcpFaults, mcpInputOf, mcpValuesOf, type McpServer, type McpValues } from './mcp-values.ts';

type Form = UseFormReturnType<McpValues>;
const mono = { input: 'ens-mono' };

/** Adds an MCP server, or changes the given one. */
export function McpServerForm({ server, team, onDone }: { server?: McpServer; team: string; onDone: () => void }) {
  const trpc = useTRPC();
  const queryClient = useQueryClient();
  const options = {
    onSuccess: async () => {
      await queryClient.invalidateQueries(trpc.mcpServers.pathFilter());
      onDone();
    },
  };
  const add = useMutation(trpc.mcpServers.add.mutationOptions(options));
  const change = useMutation(trpc.mcpServers.change.mutationOptions(options));
  const form = useForm<McpValues>({ initialValues: mcpValuesOf(server), validate: mcpFaults });
  const fault = refusalMessage(add.error ?? change.error);
  const save = form.onSubmit((values) => {
    const given = mcpInputOf(values);
    if (!server) add.mutate({ name: values.name, ...given });
    else change.mutate({ mcpServerId: server.id, version: server.version, ...given });
  });
  return (
    <form onSubmit={save} noValidate>
      <Stack gap="sm" maw={560}>
        {fault !== undefined && <Fault message={fault} />}
        {!server && (
          <TextInput
            label="Name"
            description="What repositories ask for; it stays"
            classNames={mono}
            {...form.getInputProps('name')}
          />
        )}
        <TextInput label="What it is for" maxLength={500} {...form.getInputProps('description')} />
        <IdentityFields form={form} />
        <StartFields form={form} server={server} />
        <ReachFields form={form} server={server} team={team} />
        <Group>
          <Button type="submit" loading={add.isPending || change.isPending}>
            {server ? 'Save and try' : 'Add and try'}
          </Button>
          <Button variant="subtle" color="gray" onClick={onDone}>
            Cancel
          </Button>
        </Group>
      </Stack>
    </form>
  );
}

/** Which program or service it is: what a repository asks for has to be the same. */
function IdentityFields({ form }: { form: Form }) {
  const { kind } = form.values;
  return (
    <>
      <SegmentedControl
        aria-label="What it is"
        data={[
          { value: 'package', label: 'npm package' },
          { value: 'program', label: 'Program' },
          { value: 'http', label: 'Service' },
        ]}
        {...form.getInputProps('kind')}
      />
      {kind === 'package' && <PackageFields form={form} />}
      {kind === 'program' && <ProgramFields form={form} />}
      {kind === 'http' && <ServiceFields form={form} />}
    </>
  );
}

function PackageFields({ form }: { form: Form }) {
  const { package: name, version } = form.values;
  const at = name === '' || version === '' ? 'PACKAGE@VERSION' : `${name}@${version}`;
  return (
    <>
      <Group grow align="flex-start">
        <TextInput label="Package" classNames={mono} {...form.getInputProps('package')} />
        <TextInput label="Version" classNames={mono} {...form.getInputProps('version')} />
      </Group>
      <TextInput
        label="Bytes"
        description={`What this prints: npm view ${at} dist.integrity`}
        classNames={mono}
        {...form.getInputProps('integrity')}
      />
    </>
  );
}

function ProgramFields({ form }: { form: Form }) {
  return (
    <>
      <TextInput
        label="Program"
        description="As it is in the sandbox: below /usr, Node at /opt/node/bin/node, your folder at /opt/mcp/ and the name"
        classNames={mono}
        {...form.getInputProps('program')}
      />
      <TextInput
        label="Folder of the server"
        description="Seen read-only; leave it empty for a program of the system"
        classNames={mono}
        {...form.getInputProps('folder')}
      />
    </>
  );
}

function ServiceFields({ form }: { form: Form }) {
  return (
    <>
      <TextInput
        label="Address"
        description="By streamable HTTP. Calls go there from the server, with what agents give them; data protection looks at it before"
        placeholder="https://mcp.example.com/mcp"
        classNames={mono}
        {...form.getInputProps('url')}
      />
      <Select
        label="Where it is"
        description="Policies know it as the model mcp/ and its name, at this place"
        allowDeselect={false}
        data={[
          { value: 'remote', label: 'Elsewhere' },
          { value: 'local', label: 'In your own network' },
        ]}
        {...form.getInputProps('place')}
      />
    </>
  );
}

function StartFields({ form, server }: { form: Form; server: McpServer | undefined }) {
  const kept = server?.envNames.join(', ') ?? '';
  const isService = form.values.kind === 'http';
  const words = isService
    ? 'Name=value, one a line, as in Authorization=Bearer …. They are kept sealed and sent to this address alone.'
    : 'NAME=value, one a line. They are kept sealed, and in the sandbox of the server alone.';
  return (
    <>
      {!isService && (
        <Textarea
          label="Arguments"
          description="One a line; the repository is at /work"
          autosize
          minRows={2}
          spellCheck={false}
          classNames={mono}
          {...form.getInputProps('args')}
        />
      )}
      <Textarea
        label={isService ? 'Headers' : 'Variables'}
        description={kept === '' ? words : `Set: ${kept}. Leave this empty to keep them, or write all anew.`}
        autosize
        minRows={2}
        spellCheck={false}
        classNames={mono}
        {...form.getInputProps('variables')}
      />
    </>
  );
}

/** Who is given it, and what its tools may do. */
function ReachFields({ form, server, team }: { form: Form; server: McpServer | undefined; team: string }) {
  const trpc = useTRPC();
  const teams = useQuery(trpc.members.teams.queryOptions());
  const projects = useQuery(trpc.projects.list.queryOptions({ team }));
  const { teamIds, projectIds } = form.values;
  return (
    <>
      <Select
        label="Given"
        allowDeselect={false}
        data={[
          { value: 'asked', label: 'Where a repository asks for it' },
          { value: 'always', label: 'In every run' },
        ]}
        {...form.getInputProps('given')}
      />
      <MultiSelect
        label="Teams"
        description="None: every team"
        data={optionsOf(teams.data, teamIds)}
        searchable
        {...form.getInputProps('teamIds')}
      />
      <MultiSelect
        label="Projects"
        description="None: every project. Those of this team are offered."
        data={optionsOf(projects.data, projectIds)}
        searchable
        {...form.getInputProps('projectIds')}
      />
      <TagsInput
        label="Tools that only read"
        description={
          form.values.kind === 'http'
            ? 'Agents call them without asking, and what they ask for leaves'
            : 'Agents call them without asking'
        }
        data={server?.tools?.map(({ name }) => name) ?? []}
        classNames={mono}
        {...form.getInputProps('readTools')}
      />
      <Stack gap={4}>
        <Text size="sm" fw={600} id="mcp-other-tools">
          Its other tools
        </Text>
        <SegmentedControl
          aria-labelledby="mcp-other-tools"
          data={[
            { value: 'ask', label: 'Ask people each time' },
            { value: 'deny', label: 'Deny' },
          ]}
          {...form.getInputProps('otherTools')}
        />
      </Stack>
    </>
  );
}

/** What can be chosen, with what is chosen already and is not among it. */
function optionsOf(known: readonly { id: string; name: string }[] | undefined, chosen: readonly string[]) {
  const options = (known ?? []).map(({ id, name }) => ({ value: id, label: name }));
  const others = chosen.filter((id) => !options.some(({ value }) => value === id));
  return [...options, ...others.map((id) => ({ value: id, label: id }))];
}
