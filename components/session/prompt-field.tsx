'use client';

import { Text, Textarea, UnstyledButton } from '@mantine/core';
import { useRef, useState, type ClipboardEvent, type DragEvent, type KeyboardEvent } from 'react';
import type { AgentDescription } from '@/server/core/agent-description.ts';
import { mentionAt, withMention, type OpenMention } from '@/server/core/mention-at.ts';
import { attachmentIcons } from './attached.tsx';
import classes from './composer.module.css';
import { useCandidates, type Candidate } from './mention-candidates.ts';
import { useDraft } from './use-draft.ts';

type FieldProps = {
  agent: AgentDescription | undefined;
  onKeyDown: (event: KeyboardEvent) => void;
  onImages: (files: File[]) => void;
};

/** Where a prompt is written: `@` mentions, images are pasted or dropped. */
export function PromptField({ agent, onKeyDown, onImages }: FieldProps) {
  const { store, draft } = useDraft();
  const area = useRef<HTMLTextAreaElement>(null);
  const [mention, setMention] = useState<OpenMention>();
  const [index, setIndex] = useState(0);
  const candidates = useCandidates(mention?.query);
  const look = () => {
    const { value, selectionStart } = area.current ?? { value: '', selectionStart: 0 };
    setMention(mentionAt(value, selectionStart));
    setIndex(0);
  };
  const choose = (chosen: Candidate | undefined) => {
    if (!chosen || !mention) return;
    const { attachment, label } = chosen;
    const name = 'path' in attachment ? attachment.path : label;
    const written = withMention(draft.text, mention, agent?.needsModel ? `@${name}` : name);
    store.write(written.text);
    if (agent?.needsModel) store.attach(attachment);
    setMention(undefined);
    requestAnimationFrame(() => area.current?.setSelectionRange(written.caret, written.caret));
  };
  const onKey = (event: KeyboardEvent) => {
    const isPlain = !event.ctrlKey && !event.metaKey && !event.altKey;
    const step = event.key === 'ArrowDown' ? 1 : event.key === 'ArrowUp' ? -1 : 0;
    if (candidates.length === 0 || !isPlain) return onKeyDown(event);
    if (event.key === 'Escape') setMention(undefined);
    else if (event.key === 'Enter' || event.key === 'Tab') choose(candidates[index]);
    else if (step !== 0) setIndex((at) => (at + step + candidates.length) % candidates.length);
    else return onKeyDown(event);
    event.preventDefault();
    event.stopPropagation();
  };
  const take = (event: ClipboardEvent | DragEvent, data: DataTransfer | null) => {
    const images = [...(data?.files ?? [])].filter(({ type }) => type.startsWith('image/'));
    if (images.length === 0) return;
    event.preventDefault();
    onImages(images);
  };
  return (
    <div className={classes.field}>
      {candidates.length > 0 && (
        <Candidates candidates={candidates} index={index} onChoose={choose} onPoint={setIndex} />
      )}
      <Textarea
        ref={area}
        data-composer
        autosize
        minRows={2}
        maxRows={10}
        placeholder={agent ? `Ask ${agent.title} for a change, @ to mention` : 'Ask for a change'}
        aria-label="Prompt"
        aria-autocomplete="list"
        aria-controls={candidates.length > 0 ? 'mention-list' : undefined}
        aria-activedescendant={candidates.length > 0 ? `mention-${index}` : undefined}
        value={draft.text}
        onChange={(event) => {
          store.write(event.currentTarget.value);
          look();
        }}
        onClick={look}
        onBlur={() => setMention(undefined)}
        onKeyDown={onKey}
        onPaste={(event) => take(event, event.clipboardData)}
        onDragOver={(event) => event.dataTransfer.types.includes('Files') && event.preventDefault()}
        onDrop={(event) => take(event, event.dataTransfer)}
      />
    </div>
  );
}

function Candidates({
  candidates,
  index,
  onChoose,
  onPoint,
}: {
  candidates: readonly Candidate[];
  index: number;
  onChoose: (chosen: Candidate) => void;
  onPoint: (index: number) => void;
}) {
  return (
    <div role="listbox" id="mention-list" aria-label="Mention" className={classes.mentions}>
      {candidates.map((each, at) => {
        const Icon = attachmentIcons[each.attachment.kind];
        return (
          <UnstyledButton
            key={JSON.stringify(each.attachment)}
            role="option"
            id={`mention-${at}`}
            aria-selected={at === index}
            tabIndex={-1}
            className={classes.mention}
            // The field keeps the focus.
            onMouseDown={(event) => event.preventDefault()}
            onClick={() => onChoose(each)}
            onMouseMove={() => onPoint(at)}
          >
            <Icon size={14} aria-hidden />
            <span className={classes.mentionName}>{each.label}</span>
            <Text component="span" size="xs" c="dimmed">
              {each.hint}
            </Text>
          </UnstyledButton>
        );
      })}
    </div>
  );
}
