'use client';

import { Text } from '@mantine/core';
import { opinionText } from '@/components/guard/opinion-words.ts';
import type { AgentAction } from '@/server/core/agent-action.ts';
import type { DeniedItem, PermissionItem } from '@/server/core/transcript-item.ts';
import { visibleText } from '@/server/core/visible-text.ts';
import classes from './conversation.module.css';
import { useAgents } from './use-agents.ts';

/** Why something is asked or was denied, what reaches the same end, and with whose rights it would run and how far. */
export function JudgedWords({ item }: { item: PermissionItem | DeniedItem }) {
  const { titleOf } = useAgents();
  const reach = item.action && reachOf(item.action);
  return (
    <div className={classes.judged}>
      <Text inherit>{visibleText(item.reason)}</Text>
      {item.rules.length > 0 && (
        <Text size="xs" c="dimmed">
          Rule{' '}
          {item.rules.map(({ id }, at) => (
            <span key={id}>
              {at > 0 && ', '}
              <code className="ens-mono">{id}</code>
            </span>
          ))}
        </Text>
      )}
      {item.saferWay !== undefined && (
        <Text inherit className={classes.good}>
          Safer: {visibleText(item.saferWay)}
        </Text>
      )}
      {item.opinion !== undefined && (
        <Text inherit style={{ overflowWrap: 'anywhere' }}>
          {opinionText(item.opinion)}
        </Text>
      )}
      {item.worksFor && (
        <Text size="xs" c="dimmed">
          {item.agent === undefined ? 'The agent' : titleOf(item.agent)} works for {item.worksFor.name}, with their
          rights and budget and no credential but the run’s key{reach === undefined ? '' : `. ${reach}`}
        </Text>
      )}
    </div>
  );
}

/** How far it reaches at most. */
function reachOf(action: AgentAction): string | undefined {
  if (action.kind === 'command')
    return 'It can change the run’s own copy of the project, and reaches nothing outside its sandbox.';
  // What it touches stands with the change itself.
  if (action.kind !== 'edit' || action.reach !== undefined) return undefined;
  const files = action.changes.length;
  const lines = action.changes.reduce((sum, { oldText, newText }) => sum + lineCount(oldText) + lineCount(newText), 0);
  return `It touches ${files} ${files === 1 ? 'file' : 'files'} and at most ${lines} lines of the run’s own copy.`;
}

const lineCount = (text: string | null) =>
  text === null || text === '' ? 0 : text.replace(/\n$/, '').split('\n').length;
