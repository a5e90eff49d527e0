'use client';

import { Badge, UnstyledButton } from '@mantine/core';
import { IconChevronDown, IconChevronRight } from '@tabler/icons-react';
import { useRoomState } from '@/components/editor/use-room.ts';
import { useSession } from '@/components/session/session-context.tsx';
import { Findings, FindingCount } from './findings.tsx';
import { HunkCard, type Choice } from './hunk-card.tsx';
import classes from './suggestion-view.module.css';
import type { Decisions } from './use-decisions.ts';
import { useHunkPlaces } from './use-hunk-places.ts';
import type { Suggestion } from './use-open-suggestions.ts';

type FileSectionProps = {
  suggestionId: string;
  file: Suggestion['files'][number];
  /** The place of the file's first hunk among all of the suggestion. */
  first: number;
  current: number;
  isOpen: boolean;
  canDecide: boolean;
  edited: string | undefined;
  decisions: Decisions;
  onToggle: () => void;
  onDecide: (index: number, decision: 'accept' | 'reject' | 'undo', choice?: Choice) => void;
  onEdit: (hunkId: string | undefined) => void;
  onFocus: (index: number) => void;
};

/** The hunks of one file, which fold. */
export function FileSection(props: FileSectionProps) {
  const { suggestionId, file, first, current, isOpen, canDecide, edited, decisions } = props;
  const { onToggle, onDecide, onEdit, onFocus } = props;
  const { room } = useSession();
  // What people typed last is known here before it is on the server.
  const text = useRoomState(room, ({ files }) => [...files.values()].find(({ path }) => path === file.path)?.text);
  const places = useHunkPlaces({ suggestionId, path: file.path, hunks: file.hunks, text });
  const Chevron = isOpen ? IconChevronDown : IconChevronRight;
  return (
    <div className={classes.file}>
      <UnstyledButton className={classes.path} aria-expanded={isOpen} onClick={onToggle}>
        <Chevron size={14} aria-hidden />
        <span className={classes.fileName}>{file.path}</span>
        <Badge size="xs" variant="light" color="gray" component="span">
          {file.status}
        </Badge>
        {!isOpen && <FindingCount file={file} />}
        {!isOpen && <span className="ens-tabular">{file.hunks.length} hunks</span>}
      </UnstyledButton>
      {isOpen && <Findings findings={file.findings} />}
      {isOpen &&
        file.hunks.map((hunk, at) => (
          <HunkCard
            key={hunk.id}
            hunk={hunk}
            isText={file.isText}
            index={first + at}
            isCurrent={first + at === current}
            canDecide={canDecide}
            meetsChange={(places.get(hunk.id)?.state ?? (hunk.conflict ? 'conflict' : 'clean')) === 'conflict'}
            isEdited={edited === hunk.id}
            decisions={decisions}
            onDecide={(decision, choice) => onDecide(first + at, decision, choice)}
            onEdit={(edit) => onEdit(edit ? hunk.id : undefined)}
            onFocus={() => onFocus(first + at)}
          />
        ))}
    </div>
  );
}
