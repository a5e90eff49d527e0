'use client';

import { Button, Group, Text } from '@mantine/core';
import { IconSparkles } from '@tabler/icons-react';
import { memo } from 'react';
import { useCommentDesk, useComments, useOpenThread } from '@/components/comments/comments-context.tsx';
import { Markdown } from '@/components/ui/markdown.tsx';
import { useOpened } from '@/components/transcript/screen-context.tsx';
import { TimeAgo } from '@/components/ui/time-ago.tsx';
import type { ActorRef } from '@/server/core/actor.ts';
import { moneyText } from '@/server/core/budget.ts';
import { noticeText } from '@/server/core/notice-text.ts';
import type {
  CommentItem,
  CommitItem,
  NoticeItem,
  PlanItem,
  RunEndItem,
  SuggestionItem,
  TaskItem,
  TextItem,
  TranscriptItem,
} from '@/server/core/transcript-item.ts';
import { visibleText } from '@/server/core/visible-text.ts';
import { Approval } from './approval.tsx';
import classes from './conversation.module.css';
import { Proposal } from './proposal.tsx';
import { DeniedAction } from './denied-action.tsx';
import { KeptAction } from './kept-action.tsx';
import { maskMarks } from './masked-text.tsx';
import { Prompt, Steer } from './said.tsx';
import { useSession } from './session-context.tsx';
import { ToolCall } from './tool-call.tsx';
import { UndoCommand } from './undo-command.tsx';
import { useAgents } from './use-agents.ts';

type ItemProps = { item: TranscriptItem; isRunning: boolean; place: number | undefined };

/** One entry of the conversation. */
export const TranscriptEntry = memo(function TranscriptEntry({ item, isRunning, place }: ItemProps) {
  switch (item.kind) {
    case 'prompt':
      return <Prompt item={item} place={place} />;
    case 'steer':
      return <Steer item={item} />;
    case 'proposal':
      return <Proposal item={item} />;
    case 'text':
      return <Markdown text={item.text} isStreaming={isRunning} marks={maskMarks} />;
    case 'thought':
      return <Thought item={item} />;
    case 'plan':
      return <Plan item={item} />;
    case 'tool_call':
      return <ToolCall item={item} />;
    case 'permission':
      return <Approval item={item} />;
    case 'denied':
      return <DeniedAction item={item} />;
    case 'kept':
      return <KeptAction item={item} />;
    case 'run_end':
      return <RunEnd item={item} />;
    case 'suggestion':
      return <SuggestionLink item={item} />;
    case 'commit':
      return <Commit item={item} />;
    case 'task':
      return <Task item={item} />;
    case 'comment':
      return <CommentLine item={item} />;
    case 'notice':
      return <NoticeLine item={item} />;
  }
});

function Thought({ item }: { item: TextItem }) {
  const [isOpen, setOpen] = useOpened(item.key);
  return (
    <details open={isOpen} onToggle={({ currentTarget }) => setOpen(currentTarget.open)}>
      <summary className={classes.notice}>Thinking</summary>
      {isOpen && <Markdown text={item.text} marks={maskMarks} />}
    </details>
  );
}

const marks = { pending: '○', in_progress: '◐', completed: '✓' };

function Plan({ item }: { item: PlanItem }) {
  return (
    <ol className={classes.plan} aria-label="Plan">
      {item.entries.map((entry, index) => (
        // The entries of a plan have no name but their place.
        // oxlint-disable-next-line react/no-array-index-key
        <li key={index}>
          <span aria-label={entry.status.replace('_', ' ')}>{marks[entry.status]}</span> {entry.text}
        </li>
      ))}
    </ol>
  );
}

function RunEnd({ item }: { item: RunEndItem }) {
  const took = item.durationMs === undefined ? '' : ` after ${(item.durationMs / 1000).toFixed(1)} s`;
  const used = item.usage ? usageInWords(item.usage) : '';
  if (item.state === 'succeeded')
    return (
      <Text className={`${classes.notice} ${classes.good}`}>
        ✓ Done{took}
        {used}
      </Text>
    );
  if (item.state === 'cancelled')
    return (
      <Text className={classes.notice}>
        Stopped{took}
        {used}
        {item.error && `: ${item.error}`}
      </Text>
    );
  return (
    <Text className={classes.bad} role="alert">
      ✗ Failed{took}
      {used}: {item.error ?? 'no reason was given'}
    </Text>
  );
}

/** What the run's calls to models took, as the gateway recorded it. */
function usageInWords({ inputTokens, outputTokens, costMicroUsd }: NonNullable<RunEndItem['usage']>): string {
  const tokens = (inputTokens + outputTokens).toLocaleString('en-US');
  return ` · ${tokens} tokens${costMicroUsd > 0 ? ` · ${moneyText(costMicroUsd)}` : ''}`;
}

function SuggestionLink({ item }: { item: SuggestionItem }) {
  const { workbench } = useSession();
  const decided = Object.values(item.decisions);
  const accepted = decided.filter((each) => each.decision === 'accept').length;
  const open = item.hunks - decided.length - item.continued.length;
  const count = (n: number, word: string) => `${n} ${n === 1 ? word : `${word}s`}`;
  return (
    <div className={classes.card} data-tone={open > 0 ? 'ask' : undefined}>
      <Group className={classes.cardHead} wrap="nowrap" py={6}>
        <IconSparkles size={16} aria-hidden />
        <Text className={classes.cardText}>
          Suggestion: {count(item.hunks, 'hunk')} in {count(item.files, 'file')}
          {decided.length > 0 && `, ${accepted} accepted, ${decided.length - accepted} rejected`}
          {item.continued.length > 0 && `, ${item.continued.length} in a newer suggestion`}
        </Text>
        <Button
          size="compact-xs"
          variant={open > 0 ? 'filled' : 'default'}
          onClick={() => workbench.show({ kind: 'suggestion', suggestionId: item.suggestionId, title: 'Suggestion' })}
        >
          {open > 0 ? `Review ${open}` : 'Look again'}
        </Button>
      </Group>
    </div>
  );
}

function Commit({ item }: { item: CommitItem }) {
  return (
    <Notice
      by={item.by}
      text={`committed ${item.commit.slice(0, 8)}${item.pushed ? ' and pushed it' : ''}: ${item.message.split('\n', 1)[0] ?? ''}`}
      at={item.at}
    />
  );
}

const commentWords = { started: 'commented on', replied: 'replied on', resolved: 'resolved', reopened: 'reopened' };

function CommentLine({ item }: { item: CommentItem }) {
  const desk = useCommentDesk();
  const open = useOpenThread();
  const thread = useComments().threads.find(({ id }) => id === item.threadId);
  const place = `${item.path}:${item.line}`;
  return (
    <Text className={classes.notice} component="div">
      {item.by.name} {commentWords[item.what]}{' '}
      {thread && desk ? (
        <Button size="compact-xs" variant="subtle" onClick={() => open(thread)}>
          {place}
        </Button>
      ) : (
        place
      )}
      {item.excerpt !== '' && (
        <>
          : <bdi>{visibleText(item.excerpt)}</bdi>
        </>
      )}{' '}
      · <TimeAgo at={item.at} />
    </Text>
  );
}

function Task({ item }: { item: TaskItem }) {
  const { workbench } = useSession();
  const words = { running: 'is running', succeeded: 'ran ✓', failed: 'ran ✗', cancelled: 'stopped' };
  return (
    <Text className={classes.notice} component="div">
      {item.by.name} {words[item.state]} <code className="ens-mono">{item.command}</code>
      {item.error && `: ${item.error}`}{' '}
      <Button size="compact-xs" variant="subtle" onClick={() => workbench.set({ bottomOpen: true })}>
        Output
      </Button>
      {item.beforeId !== undefined && <UndoCommand checkpointId={item.beforeId} command={item.command} />}
    </Text>
  );
}

function NoticeLine({ item }: { item: NoticeItem }) {
  const { titleOf } = useAgents();
  const text = noticeText('agent' in item ? { ...item, agent: titleOf(item.agent) } : item);
  return <Notice by={item.by} text={text} at={item.at} />;
}

function Notice({ by, text, at }: { by: ActorRef; text: string; at: string }) {
  const { titleOf } = useAgents();
  return (
    <Text className={classes.notice}>
      {by.kind === 'run' ? titleOf(by.name) : by.name} {text} · <TimeAgo at={at} />
    </Text>
  );
}
