'use client';

import { Button, Group, Paper, Text, Textarea, UnstyledButton } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useId, useRef, useState, type KeyboardEvent } from 'react';
import { Face } from '@/components/people/face.tsx';
import { useSession } from '@/components/session/session-context.tsx';
import { useTRPC } from '@/components/trpc.tsx';
import type { Mentionable } from '@/server/core/mention.ts';
import classes from './comments.module.css';
import { mentionQuery, offeredPeople, withMention, type MentionQuery } from './mention-query.ts';

const longestBody = 20_000;

type CommentBoxProps = {
  label: string;
  /** What the button says. */
  action: string;
  value: string;
  onChange: (value: string) => void;
  onSend: () => void;
  onCancel: (() => void) | undefined;
  isSending: boolean;
  /** Why it was not sent. */
  error: string | undefined;
  autoFocus?: boolean;
};

/** Where a comment is written: Markdown, with people offered after an `@`. */
export function CommentBox(props: CommentBoxProps) {
  const { label, action, value, onChange, onSend, onCancel, isSending, error, autoFocus } = props;
  const input = useRef<HTMLTextAreaElement>(null);
  const mentions = useMentions(input, onChange);
  const canSend = value.trim() !== '' && value.length <= longestBody && !isSending;
  const send = () => canSend && onSend();
  const onKeyDown = (event: KeyboardEvent) => {
    if (mentions.onKey(event)) return;
    if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) {
      event.preventDefault();
      send();
    } else if (event.key === 'Escape' && onCancel) {
      event.preventDefault();
      event.stopPropagation();
      onCancel();
    }
  };
  return (
    <div className={classes.box}>
      <Textarea
        ref={input}
        autosize
        minRows={2}
        maxRows={12}
        size="xs"
        dir="auto"
        autoFocus={autoFocus ?? false}
        aria-label={label}
        placeholder={label}
        value={value}
        onChange={(event) => {
          onChange(event.currentTarget.value);
          mentions.look(event.currentTarget);
        }}
        onSelect={(event) => mentions.look(event.currentTarget)}
        onBlur={mentions.close}
        onKeyDown={onKeyDown}
        {...mentions.aria}
      />
      {mentions.list}
      {error !== undefined && (
        <Text size="xs" c="red" role="alert">
          Not sent, your text is kept: {error}
        </Text>
      )}
      <Group gap={6} mt={4}>
        <Button size="compact-xs" loading={isSending} disabled={!canSend && !isSending} onClick={send}>
          {action}
        </Button>
        {onCancel && (
          <Button size="compact-xs" variant="subtle" color="gray" onClick={onCancel}>
            Close
          </Button>
        )}
        <Text size="xs" c={value.length > longestBody ? 'red' : 'dimmed'} ml="auto" className="ens-tabular">
          {value.length > longestBody ? `${value.length - longestBody} characters too many` : 'Ctrl Enter'}
        </Text>
      </Group>
    </div>
  );
}

type Offer = { query: MentionQuery; chosen: number };

function useMentions(input: React.RefObject<HTMLTextAreaElement | null>, onChange: (value: string) => void) {
  const { session } = useSession();
  const trpc = useTRPC();
  const listId = useId();
  const [offer, setOffer] = useState<Offer>();
  const { data } = useQuery(
    trpc.comments.people.queryOptions({ sessionId: session.id }, { enabled: offer !== undefined, staleTime: 60_000 }),
  );
  const others = (data ?? []).filter(({ id }) => id !== session.me.id);
  const people = offer ? offeredPeople(others, offer.query) : [];
  const isOpen = people.length > 0;
  const chosen = Math.min(offer?.chosen ?? 0, people.length - 1);

  const look = (element: HTMLTextAreaElement) => {
    const { value, selectionStart, selectionEnd } = element;
    const query = selectionStart === selectionEnd ? mentionQuery(value, selectionStart) : undefined;
    setOffer((before) => query && { query, chosen: before?.query.at === query.at ? before.chosen : 0 });
  };
  const take = ({ name }: Mentionable) => {
    const element = input.current;
    if (!element || !offer) return;
    const { text, caret } = withMention(element.value, { query: offer.query, caret: element.selectionStart, name });
    onChange(text);
    setOffer(undefined);
    requestAnimationFrame(() => element.setSelectionRange(caret, caret));
  };
  const onKey = (event: KeyboardEvent): boolean => {
    if (!isOpen || event.ctrlKey || event.metaKey) return false;
    const one = people[chosen];
    const go = (step: number) =>
      setOffer((before) => before && { ...before, chosen: (chosen + step + people.length) % people.length });
    const keys: Record<string, () => void> = {
      ArrowDown: () => go(1),
      ArrowUp: () => go(-1),
      Enter: () => one && take(one),
      Tab: () => one && take(one),
      Escape: () => setOffer(undefined),
    };
    const run = keys[event.key];
    if (!run) return false;
    event.preventDefault();
    event.stopPropagation();
    run();
    return true;
  };
  const list = isOpen && (
    <Paper className={classes.people} id={listId} role="listbox" aria-label="People to mention" withBorder shadow="sm">
      {people.map((person, index) => (
        <UnstyledButton
          key={person.id}
          id={`${listId}-${index}`}
          role="option"
          aria-selected={index === chosen}
          tabIndex={-1}
          className={classes.person}
          onMouseDown={(event) => event.preventDefault()}
          onClick={() => take(person)}
        >
          <Face kind="person" id={person.id} name={person.name} size={18} tooltip={false} />
          <bdi>{person.name}</bdi>
        </UnstyledButton>
      ))}
    </Paper>
  );
  const aria = isOpen
    ? { 'aria-controls': listId, 'aria-activedescendant': `${listId}-${chosen}`, 'aria-autocomplete': 'list' as const }
    : {};
  return { look, onKey, list, aria, close: () => setOffer(undefined) };
}
