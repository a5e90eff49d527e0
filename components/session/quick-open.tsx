'use client';

import { Modal, ScrollArea, Text, TextInput, UnstyledButton } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useMemo, useState, type KeyboardEvent } from 'react';
import { useTRPC } from '@/components/trpc.tsx';
import { bestPaths } from '@/server/core/path-match.ts';
import { useSession, useWorkbench } from './session-context.tsx';
import classes from './quick-open.module.css';

const shown = 50;

/** Opens a file by a few letters of its path. */
export function QuickOpen() {
  const { workbench } = useSession();
  const opened = useWorkbench((state) => state.quickOpen);
  const close = () => workbench.set({ quickOpen: false });
  return (
    <Modal.Root opened={opened} onClose={close} size="lg" yOffset="10vh" centered={false}>
      <Modal.Overlay />
      <Modal.Content aria-label="Open a file by name">
        <Modal.Body p={0}>{opened && <Finder onDone={close} />}</Modal.Body>
      </Modal.Content>
    </Modal.Root>
  );
}

function Finder({ onDone }: { onDone: () => void }) {
  const { session, openFile } = useSession();
  const trpc = useTRPC();
  const { data, isPending, error } = useQuery(trpc.files.list.queryOptions({ sessionId: session.id }));
  const [query, setQuery] = useState('');
  const [index, setIndex] = useState(0);
  const paths = useMemo(() => bestPaths(data?.items.map((file) => file.path) ?? [], query, shown), [data, query]);
  const choose = (path: string | undefined) => {
    if (path === undefined) return;
    onDone();
    void openFile(path);
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key === 'ArrowDown') setIndex((at) => Math.min(at + 1, paths.length - 1));
    else if (event.key === 'ArrowUp') setIndex((at) => Math.max(at - 1, 0));
    else if (event.key === 'Enter') choose(paths[index]);
    else return;
    event.preventDefault();
  };
  return (
    <>
      <TextInput
        data-autofocus
        size="md"
        variant="unstyled"
        px="md"
        placeholder="Open a file by name"
        aria-label="Open a file by name"
        role="combobox"
        aria-expanded
        aria-controls="quick-open-list"
        aria-activedescendant={paths[index] === undefined ? undefined : `quick-open-${index}`}
        value={query}
        onChange={(event) => {
          setQuery(event.currentTarget.value);
          setIndex(0);
        }}
        onKeyDown={onKeyDown}
      />
      <ScrollArea.Autosize mah="50vh">
        <div role="listbox" id="quick-open-list" aria-label="Files" className={classes.list}>
          {paths.map((path, at) => (
            <UnstyledButton
              key={path}
              role="option"
              id={`quick-open-${at}`}
              aria-selected={at === index}
              tabIndex={-1}
              className={classes.item}
              onClick={() => choose(path)}
              onMouseMove={() => setIndex(at)}
            >
              <span>{path.split('/').at(-1)}</span>
              <Text component="span" size="xs" c="dimmed" truncate>
                {path.split('/').slice(0, -1).join('/')}
              </Text>
            </UnstyledButton>
          ))}
        </div>
        {paths.length === 0 && (
          <Text p="md" c="dimmed">
            {error ? error.message : isPending ? 'Loading the files' : 'No file has this name.'}
          </Text>
        )}
      </ScrollArea.Autosize>
    </>
  );
}
