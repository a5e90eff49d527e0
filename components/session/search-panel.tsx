'use client';

import { ActionIcon, Skeleton, Text, TextInput, Tooltip, UnstyledButton } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { IconLetterCase, IconRegex, IconSearch, IconTextWrapDisabled } from '@tabler/icons-react';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useMemo, useState } from 'react';
import type { RouterOutputs } from '@/components/router-outputs.ts';
import { useTRPC } from '@/components/trpc.tsx';
import { useSession } from './session-context.tsx';
import classes from './search-panel.module.css';
import side from './side-bar.module.css';

type Toggle = 'matchCase' | 'wholeWord' | 'isRegex';
const toggles: { name: Toggle; label: string; icon: typeof IconRegex }[] = [
  { name: 'matchCase', label: 'Match capitals', icon: IconLetterCase },
  { name: 'wholeWord', label: 'Whole words', icon: IconTextWrapDisabled },
  { name: 'isRegex', label: 'Regular expression', icon: IconRegex },
];

/** Searches every file of the session as it stands, with what people typed a moment ago. */
export function SearchPanel() {
  const { session, openFile } = useSession();
  const trpc = useTRPC();
  const [query, setQuery] = useState('');
  const [include, setInclude] = useState('');
  const [options, setOptions] = useState<Record<Toggle, boolean>>({
    matchCase: false,
    wholeWord: false,
    isRegex: false,
  });
  const [asked] = useDebouncedValue(query, 250);
  const [paths] = useDebouncedValue(include, 250);
  const search = useQuery(
    trpc.sessions.search.queryOptions(
      { sessionId: session.id, text: asked, ...options, ...(paths.trim() === '' ? {} : { include: [paths.trim()] }) },
      { enabled: asked.length > 0, placeholderData: keepPreviousData, retry: false, staleTime: 0 },
    ),
  );
  const result = asked.length > 0 ? search.data : undefined;
  const groups = useMemo(
    () =>
      Object.entries(Object.groupBy(result?.matches ?? [], (match) => match.path)).map(
        ([path, matches]) => [path, matches ?? []] as const,
      ),
    [result],
  );
  // How long a match of an expression is, only the server's search knows.
  const length = options.isRegex ? 0 : asked.length;
  return (
    <section className={side.panel} aria-label="Search">
      <div className={side.heading}>
        <span>Search in files</span>
      </div>
      <div className={classes.form}>
        <TextInput
          data-autofocus
          autoFocus
          aria-label="Search for"
          placeholder="Search for"
          leftSection={<IconSearch size={14} />}
          value={query}
          onChange={(event) => setQuery(event.currentTarget.value)}
        />
        <div className={classes.toggles}>
          {toggles.map(({ name, label, icon: Icon }) => (
            <Tooltip key={name} label={label}>
              <ActionIcon
                variant={options[name] ? 'light' : 'subtle'}
                color={options[name] ? 'violet' : 'gray'}
                aria-label={label}
                aria-pressed={options[name]}
                onClick={() => setOptions((current) => ({ ...current, [name]: !current[name] }))}
              >
                <Icon size={16} />
              </ActionIcon>
            </Tooltip>
          ))}
          <TextInput
            size="xs"
            flex={1}
            aria-label="Only in paths"
            placeholder="Only in, like src/**/*.ts"
            value={include}
            onChange={(event) => setInclude(event.currentTarget.value)}
          />
        </div>
      </div>
      <div className={side.scroll} role="region" aria-label="Results" aria-live="polite">
        {search.error && asked.length > 0 && (
          <Text px="md" c="dimmed">
            {search.error.message}
          </Text>
        )}
        {search.isFetching && !result && <Skeleton height={60} m="md" />}
        {result && (
          <Text px="md" pb="xs" size="xs" c="dimmed" className="ens-tabular">
            {foundText(result)}
          </Text>
        )}
        {groups.map(([path, matches]) => (
          <div key={path} className={classes.file}>
            <Text className={classes.path} title={path}>
              {path}
            </Text>
            {matches.map((match) => (
              <UnstyledButton
                key={`${match.line}:${match.column}`}
                className={classes.match}
                onClick={() => void openFile(path, { line: match.line, column: match.column, length })}
              >
                <span className={`${classes.line} ens-tabular`}>{match.line}</span>
                <Excerpt text={match.text} from={match.column - 1} length={length} />
              </UnstyledButton>
            ))}
          </div>
        ))}
      </div>
    </section>
  );
}

function foundText({ matches, truncated }: RouterOutputs['sessions']['search']): string {
  if (matches.length === 0) return 'Nothing found.';
  const files = new Set(matches.map((match) => match.path)).size;
  return `${matches.length} in ${files} ${files === 1 ? 'file' : 'files'}${truncated ? ', more not shown' : ''}`;
}

/** The line around a match, without its indentation. */
function Excerpt({ text, from, length }: { text: string; from: number; length: number }) {
  const start = Math.max(0, from - 40);
  const lead = text.slice(start, from).trimStart();
  return (
    <code className={classes.excerpt}>
      {start > 0 && '…'}
      {lead}
      <mark>{text.slice(from, from + length)}</mark>
      {text.slice(from + length, from + length + 120)}
    </code>
  );
}
