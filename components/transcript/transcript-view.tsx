'use client';

import { ActionIcon, Button, Text, Tooltip, UnstyledButton, VisuallyHidden } from '@mantine/core';
import { IconArrowDown, IconChevronDown, IconChevronRight, IconListSearch, IconSearch } from '@tabler/icons-react';
import { memo, useCallback, useRef, useState, type KeyboardEvent } from 'react';
import { Virtualizer } from 'virtua';
import { Face } from '@/components/people/face.tsx';
import { useSession } from '@/components/session/session-context.tsx';
import { ToolCall } from '@/components/session/tool-call.tsx';
import { TranscriptEntry } from '@/components/session/transcript.tsx';
import { useResource } from '@/components/ui/use-resource.ts';
import { isActiveRun } from '@/server/core/run-state.ts';
import { queuePlace, type Transcript } from '@/server/core/transcript.ts';
import type { PromptItem } from '@/server/core/transcript-item.ts';
import { FindBar } from './find-bar.tsx';
import { watchFindMarks } from './find-marks.ts';
import { RowMenu } from './row-menu.tsx';
import { stepsInWords, type Row } from './rows.ts';
import { ScreenProvider, useOpened, useScreen, useScreenState } from './screen-context.tsx';
import { nearEnd, TranscriptScreen, type ListHandle } from './transcript-screen.ts';
import classes from './transcript.module.css';

/** Above the first entry, in pixels; the same as the padding of the list. */
const startMargin = 32;

const close = (screen: TranscriptScreen) => screen.close();
const end = (stop: () => void) => stop();

/** The whole conversation, of which only what is in sight is laid out. */
export function TranscriptView() {
  const { feed, session } = useSession();
  const [readSeq] = useState(session.readSeq);
  const open = useCallback(() => new TranscriptScreen(feed, readSeq), [feed, readSeq]);
  const screen = useResource(open, close);
  if (!screen) return <div className={classes.scroll} />;
  return (
    <ScreenProvider value={screen}>
      <Screen />
    </ScreenProvider>
  );
}

function Screen() {
  const screen = useScreen();
  const scroller = useRef<HTMLDivElement>(null);
  const marks = useCallback(
    () => (scroller.current ? watchFindMarks(scroller.current, screen) : () => undefined),
    [screen],
  );
  useResource(marks, end);
  const onKeyDown = (event: KeyboardEvent) => {
    if (!(event.ctrlKey || event.metaKey) || event.key.toLowerCase() !== 'f' || event.shiftKey) return;
    event.preventDefault();
    screen.find(screen.getSnapshot().find?.words ?? '');
  };
  return (
    <div className={classes.view} onKeyDown={onKeyDown}>
      <FindBar />
      <div ref={scroller} className={classes.scroll} tabIndex={0} role="log" aria-label="Transcript">
        <FindButton />
        <Rows scroller={scroller} />
        <NothingSaid />
      </div>
      <ToEnd />
    </div>
  );
}

function FindButton() {
  const screen = useScreen();
  const isFinding = useScreenState(({ find }) => find !== undefined);
  const isEmpty = useScreenState(({ rows }) => rows.length === 0);
  if (isFinding || isEmpty) return null;
  return (
    <div className={classes.findPlace}>
      <Tooltip label="Find in the conversation">
        <ActionIcon
          className={classes.findButton}
          variant="default"
          size={24}
          aria-label="Find in the conversation"
          onClick={() => screen.find('')}
        >
          <IconSearch size={14} />
        </ActionIcon>
      </Tooltip>
    </div>
  );
}

function Rows({ scroller }: { scroller: React.RefObject<HTMLDivElement | null> }) {
  const screen = useScreen();
  const { rows, transcript, pointedAt } = useScreenState((state) => state);
  const hold = useCallback(
    (list: ListSteps | null) => screen.setList(list && listIn(scroller, list)),
    [screen, scroller],
  );
  if (rows.length === 0)
    return (
      <Text p="md" c="dimmed">
        Loading the conversation
      </Text>
    );
  return (
    <Virtualizer
      ref={hold}
      scrollRef={scroller}
      startMargin={startMargin}
      data={rows}
      bufferSize={600}
      onScroll={screen.scrolled}
      onResize={screen.settle}
    >
      {(row) => <RowView key={row.key} row={row} transcript={transcript} isPointedAt={row.key === pointedAt} />}
    </Virtualizer>
  );
}

type ListSteps = Omit<ListHandle, 'isAtEnd'>;

/** With what the box is like at this very moment: the list hears of its new size a frame later. */
function listIn(box: React.RefObject<HTMLElement | null>, list: ListSteps): ListHandle {
  return {
    get scrollSize() {
      return list.scrollSize;
    },
    get viewportSize() {
      return list.viewportSize;
    },
    isAtEnd: () => {
      const { scrollHeight = 0, scrollTop = 0, clientHeight = 0 } = box.current ?? {};
      return scrollHeight - scrollTop - clientHeight < nearEnd;
    },
    scrollToIndex: (index, options) => list.scrollToIndex(index, options),
    scrollBy: (offset) => list.scrollBy(offset),
  };
}

/** Nothing but that the session was opened. */
function NothingSaid() {
  const isNew = useScreenState(
    ({ rows }) => rows.length === 1 && rows[0]?.kind === 'item' && rows[0].item.kind === 'notice',
  );
  if (!isNew) return null;
  return (
    <Text px="md" c="dimmed">
      Ask an agent for a change. Everyone in the session sees the question and the work; nothing changes in the code
      until someone accepts it.
    </Text>
  );
}

function RowView({ row, transcript, isPointedAt }: { row: Row; transcript: Transcript; isPointedAt: boolean }) {
  if (row.kind === 'unread')
    return (
      <div className={classes.unread} role="separator" aria-label="Not read yet">
        <span>Not read yet</span>
      </div>
    );
  if (row.kind === 'turn') return <TurnMark prompt={row.prompt} />;
  return (
    <div className={classes.row} data-pointed={isPointedAt || undefined}>
      {row.kind === 'group' ? <Steps row={row} /> : <OneItem row={row} transcript={transcript} />}
      <RowMenu row={row} />
    </div>
  );
}

/** Whose turn begins, for who reads on; a click leads to the prompt. */
function TurnMark({ prompt: { author, text, seq } }: { prompt: PromptItem }) {
  const screen = useScreen();
  return (
    <div className={classes.row}>
      <UnstyledButton className={classes.turn} title={text} onClick={() => screen.goTo(seq)}>
        <VisuallyHidden>The turn of </VisuallyHidden>
        <span aria-hidden>
          <Face kind="person" id={author.id} name={author.name} size={16} tooltip={false} />
        </span>
        <b>{author.name}</b>
        <span className={classes.turnText}>{text}</span>
      </UnstyledButton>
    </div>
  );
}

function OneItem({ row: { item }, transcript }: { row: Extract<Row, { kind: 'item' }>; transcript: Transcript }) {
  const run = 'runId' in item && item.runId !== undefined ? transcript.runs[item.runId] : undefined;
  return (
    <div data-item={item.key}>
      <TranscriptEntry
        item={item}
        isRunning={run !== undefined && isActiveRun(run.state)}
        place={item.kind === 'prompt' ? queuePlace(transcript, item.runId) : undefined}
      />
    </div>
  );
}

/** Several small steps as one line. */
const Steps = memo(function Steps({ row }: { row: Extract<Row, { kind: 'group' }> }) {
  const [isOpen, setOpen] = useOpened(row.key);
  const Chevron = isOpen ? IconChevronDown : IconChevronRight;
  return (
    <>
      <UnstyledButton className={classes.steps} aria-expanded={isOpen} onClick={() => setOpen(!isOpen)}>
        <Chevron size={14} aria-hidden />
        <IconListSearch size={14} stroke={1.6} aria-hidden />
        {stepsInWords(row.calls)}
      </UnstyledButton>
      {isOpen && (
        <div className={classes.stepList}>
          {row.calls.map((item) => (
            <div key={item.key} data-item={item.key}>
              <ToolCall item={item} />
            </div>
          ))}
        </div>
      )}
    </>
  );
});

function ToEnd() {
  const screen = useScreen();
  const atEnd = useScreenState((state) => state.atEnd);
  const newBelow = useScreenState((state) => state.newBelow);
  if (atEnd) return null;
  return (
    <div className={classes.toEnd}>
      <Button
        size="compact-xs"
        variant={newBelow > 0 ? 'filled' : 'default'}
        leftSection={<IconArrowDown size={12} />}
        onClick={screen.toEnd}
      >
        {newBelow > 0 ? `${newBelow} new below` : 'To the newest'}
      </Button>
    </div>
  );
}
