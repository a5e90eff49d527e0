'use client';

import {
  Alert,
  Button,
  FileInput,
  Group,
  PasswordInput,
  Select,
  Stack,
  Tabs,
  Text,
  Textarea,
  TextInput,
} from '@mantine/core';
import { IconFile, IconFileZip, IconFlask, IconFolder, IconGitBranch } from '@tabler/icons-react';
import { useMutation } from '@tanstack/react-query';
import { useRouter } from 'next/navigation';
import { useState, type FormEvent, type ReactNode } from 'react';
import { useTRPC } from '@/components/trpc.tsx';
import { Page } from '@/components/ui/page.tsx';
import { uploadArchive } from './upload-archive.ts';

export type SourceKind = 'git' | 'archive' | 'sample' | 'empty' | 'path';

const tabs: { kind: SourceKind; label: string; icon: typeof IconFile }[] = [
  { kind: 'git', label: 'Git address', icon: IconGitBranch },
  { kind: 'archive', label: 'Upload', icon: IconFileZip },
  { kind: 'sample', label: 'Sample', icon: IconFlask },
  { kind: 'empty', label: 'Empty', icon: IconFile },
  { kind: 'path', label: 'Folder on the server', icon: IconFolder },
];

type Source = Parameters<ReturnType<typeof useCreate>['mutate']>[0]['source'];

function useCreate(team: string) {
  const trpc = useTRPC();
  const router = useRouter();
  return useMutation(
    trpc.projects.create.mutationOptions({
      onSuccess: ({ id }) => router.push(`/${team}/projects/${id}` as never),
    }),
  );
}

export function NewProject({ team, from }: { team: string; from: SourceKind }) {
  const create = useCreate(team);
  const [uploadError, setUploadError] = useState<string>();
  const [progress, setProgress] = useState<number>();
  const submit = (name: string, source: Source) => create.mutate({ team, name, source });
  const upload = async (name: string, file: File) => {
    setUploadError(undefined);
    try {
      const { uploadId } = await uploadArchive(file, setProgress);
      submit(name, { type: 'archive', uploadId });
    } catch (error) {
      setUploadError(error instanceof Error ? error.message : 'The upload did not arrive. Try again.');
    } finally {
      setProgress(undefined);
    }
  };
  const busy = create.isPending || create.isSuccess || progress !== undefined;
  const failure = uploadError ?? create.error?.message;
  return (
    <Page title="Add a project" lead="A project is a git repository that your team and its agents work on together.">
      <Stack maw={560}>
        {failure && (
          <Alert color="red" title="The project was not added">
            {failure}
          </Alert>
        )}
        <Tabs defaultValue={from} keepMounted={false}>
          <Tabs.List mb="md" aria-label="Where it comes from">
            {tabs.map(({ kind, label, icon: Icon }) => (
              <Tabs.Tab key={kind} value={kind} leftSection={<Icon size={14} />}>
                {label}
              </Tabs.Tab>
            ))}
          </Tabs.List>
          <Tabs.Panel value="git">
            <GitForm busy={busy} onSubmit={submit} />
          </Tabs.Panel>
          <Tabs.Panel value="archive">
            <ArchiveForm busy={busy} progress={progress} onSubmit={(name, file) => void upload(name, file)} />
          </Tabs.Panel>
          <Tabs.Panel value="sample">
            <NameForm
              busy={busy}
              initial="ledger"
              action="Open the sample"
              onSubmit={(name) => submit(name, { type: 'sample' })}
            >
              <Text c="dimmed">
                A small TypeScript project with history, a failing test and a few lint findings. Nothing is installed or
                fetched.
              </Text>
            </NameForm>
          </Tabs.Panel>
          <Tabs.Panel value="empty">
            <NameForm
              busy={busy}
              initial=""
              action="Make an empty project"
              onSubmit={(name) => submit(name, { type: 'empty' })}
            />
          </Tabs.Panel>
          <Tabs.Panel value="path">
            <PathForm busy={busy} onSubmit={submit} />
          </Tabs.Panel>
        </Tabs>
      </Stack>
    </Page>
  );
}

type FormProps = { busy: boolean; onSubmit: (name: string, source: Source) => void };

/** `https://host/team/ledger.git` is called ledger until someone says otherwise. */
export function nameFromAddress(address: string): string {
  return (address.trim().replace(/\/+$/, '').split(/[/:]/).at(-1) ?? '').replace(/\.git$/, '');
}

function NameForm({
  busy,
  initial,
  action,
  onSubmit,
  children,
}: {
  busy: boolean;
  initial: string;
  action: string;
  onSubmit: (name: string) => void;
  children?: ReactNode;
}) {
  const [name, setName] = useState(initial);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    onSubmit(name.trim());
  };
  return (
    <form onSubmit={submit}>
      <Stack>
        {children}
        <TextInput
          label="Name"
          value={name}
          onChange={(event) => setName(event.currentTarget.value)}
          maxLength={100}
          required
        />
        <SubmitButton busy={busy} disabled={name.trim() === ''} label={action} />
      </Stack>
    </form>
  );
}

const SubmitButton = ({ busy, disabled, label }: { busy: boolean; disabled: boolean; label: string }) => (
  <Group>
    <Button type="submit" loading={busy} disabled={disabled}>
      {label}
    </Button>
  </Group>
);

type CredentialKind = 'none' | 'token' | 'password' | 'sshKey';

function GitForm({ busy, onSubmit }: FormProps) {
  const [url, setUrl] = useState('');
  const [name, setName] = useState('');
  const [kind, setKind] = useState<CredentialKind>('none');
  const [username, setUsername] = useState('');
  const [secret, setSecret] = useState('');
  const title = name.trim() || nameFromAddress(url);
  const credential =
    kind === 'token'
      ? { token: secret }
      : kind === 'password'
        ? { username, password: secret }
        : kind === 'sshKey'
          ? { sshKey: secret }
          : undefined;
  const submit = (event: FormEvent) => {
    event.preventDefault();
    onSubmit(title, { type: 'git', url: url.trim(), ...(credential ? { credential } : {}) });
  };
  return (
    <form onSubmit={submit}>
      <Stack>
        <TextInput
          label="Address"
          description="https or ssh, as you would give it to git clone"
          placeholder="https://git.example.com/team/ledger.git"
          value={url}
          onChange={(event) => setUrl(event.currentTarget.value)}
          required
          spellCheck={false}
        />
        <TextInput
          label="Name"
          placeholder={nameFromAddress(url)}
          value={name}
          onChange={(event) => setName(event.currentTarget.value)}
          maxLength={100}
        />
        <Select
          label="Credential"
          description="Kept encrypted on this server; used to fetch and to push"
          allowDeselect={false}
          value={kind}
          onChange={(value) => setKind((value as CredentialKind | null) ?? 'none')}
          data={[
            { value: 'none', label: 'None, it is public' },
            { value: 'token', label: 'Access token' },
            { value: 'password', label: 'User name and password' },
            { value: 'sshKey', label: 'SSH private key' },
          ]}
        />
        {kind === 'password' && (
          <TextInput
            label="User name"
            value={username}
            onChange={(event) => setUsername(event.currentTarget.value)}
            autoComplete="off"
            required
          />
        )}
        {(kind === 'token' || kind === 'password') && (
          <PasswordInput
            label={kind === 'token' ? 'Token' : 'Password'}
            value={secret}
            onChange={(event) => setSecret(event.currentTarget.value)}
            autoComplete="off"
            required
          />
        )}
        {kind === 'sshKey' && (
          <Textarea
            label="Private key"
            autosize
            minRows={4}
            maxRows={8}
            value={secret}
            onChange={(event) => setSecret(event.currentTarget.value)}
            classNames={{ input: 'ens-mono' }}
            required
            spellCheck={false}
          />
        )}
        <SubmitButton busy={busy} disabled={url.trim() === '' || title === ''} label="Import" />
      </Stack>
    </form>
  );
}

function ArchiveForm({
  busy,
  progress,
  onSubmit,
}: {
  busy: boolean;
  progress: number | undefined;
  onSubmit: (name: string, file: File) => void;
}) {
  const [file, setFile] = useState<File | null>(null);
  const [name, setName] = useState('');
  const title = name.trim() || (file?.name.replace(/\.(zip|tar\.gz|tgz)$/, '') ?? '');
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (file) onSubmit(title, file);
  };
  return (
    <form onSubmit={submit}>
      <Stack>
        <FileInput
          label="Archive"
          description=".zip or .tar.gz, at most 500 MB"
          placeholder="Choose a file"
          accept=".zip,.tar.gz,.tgz"
          value={file}
          onChange={setFile}
          required
        />
        <TextInput
          label="Name"
          placeholder={title}
          value={name}
          onChange={(event) => setName(event.currentTarget.value)}
          maxLength={100}
        />
        {progress !== undefined && (
          <Text role="status" className="ens-tabular">
            {Math.round(progress)} % uploaded
          </Text>
        )}
        <SubmitButton busy={busy} disabled={!file || title === ''} label="Upload and import" />
      </Stack>
    </form>
  );
}

function PathForm({ busy, onSubmit }: FormProps) {
  const [path, setPath] = useState('');
  const [name, setName] = useState('');
  const title = name.trim() || nameFromAddress(path);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    onSubmit(title, { type: 'path', path: path.trim() });
  };
  return (
    <form onSubmit={submit}>
      <Stack>
        <TextInput
          label="Folder"
          description="An absolute path below a folder that this installation allows (ENSEMBLE_LOCAL_REPOS)"
          placeholder="/srv/git/ledger"
          value={path}
          onChange={(event) => setPath(event.currentTarget.value)}
          required
          spellCheck={false}
        />
        <TextInput
          label="Name"
          placeholder={title}
          value={name}
          onChange={(event) => setName(event.currentTarget.value)}
          maxLength={100}
        />
        <SubmitButton busy={busy} disabled={path.trim() === '' || title === ''} label="Import" />
      </Stack>
    </form>
  );
}
