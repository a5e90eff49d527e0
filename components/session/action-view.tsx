'use client';

import { Text } from '@mantine/core';
import { FileDiff } from '@/components/review/diff-view.tsx';
import { reachSentences, type ActionReach } from '@/server/core/action-reach.ts';
import type { AgentAction, FileChange } from '@/server/core/agent-action.ts';
import { visibleText } from '@/server/core/visible-text.ts';
import classes from './conversation.module.css';
import { MaskedText } from './masked-text.tsx';

/** What an agent wants to do, so that a person can judge it: nothing of it hidden, long texts to scroll, and how far it reaches. */
export function ActionView({ action }: { action: AgentAction }) {
  return (
    <>
      <ActionText action={action} />
      {(action.kind === 'command' || action.kind === 'edit') && action.reach && <ReachLine reach={action.reach} />}
    </>
  );
}

function ReachLine({ reach }: { reach: ActionReach }) {
  const sentences = reachSentences(reach);
  if (sentences.length === 0) return null;
  return (
    <Text size="xs" mt={4} style={{ overflowWrap: 'anywhere' }} role="note" aria-label="How far it reaches">
      <MaskedText text={visibleText(sentences.join(' · '))} />
    </Text>
  );
}

function ActionText({ action }: { action: AgentAction }) {
  switch (action.kind) {
    case 'command':
      return <CommandView action={action} />;
    case 'edit':
      return action.changes.map((change) => <ChangeView key={change.path} change={change} />);
    case 'read':
      return <Code text={action.paths.join('\n')} />;
    case 'fetch':
      return <Code text={action.address} />;
    case 'mcp':
      return <CallView named={`${action.name} of ${action.server}`} input={action.input} />;
    case 'other':
      return <CallView named={action.tool} input={action.input} />;
    case 'quiet':
      return null;
  }
}

function CallView({ named, input }: { named: string; input: string }) {
  return (
    <>
      <Text className="ens-mono" size="xs" style={{ overflowWrap: 'anywhere' }}>
        {visibleText(named)}
      </Text>
      {input !== '' && <Code text={input} />}
    </>
  );
}

function CommandView({ action }: { action: Extract<AgentAction, { kind: 'command' }> }) {
  const { command, cwd, steps = [] } = action;
  return (
    <>
      <Code text={command} />
      {cwd !== '' && (
        <Text size="xs" c="dimmed" mt={4}>
          in <code className="ens-mono">{visibleText(cwd)}</code>
        </Text>
      )}
      {(steps.length > 1 || steps.some(({ via }) => via.length > 0)) && (
        <details className={classes.parts}>
          <summary className={classes.notice}>
            {steps.length === 1 ? 'What it comes to' : `${steps.length} commands`}
          </summary>
          <ol className={classes.steps}>
            {steps.map(({ text, via }, at) => (
              // The commands of a line have no name but their place.
              // oxlint-disable-next-line react/no-array-index-key
              <li key={at}>
                <code className="ens-mono">{visibleText(text)}</code>
                {via.length > 0 && <span className={classes.notice}> through {via.join(', ')}</span>}
              </li>
            ))}
          </ol>
        </details>
      )}
    </>
  );
}

function ChangeView({ change: { path, oldText, newText, isPart } }: { change: FileChange }) {
  return (
    <div>
      <Text className="ens-mono" size="xs">
        {visibleText(path)}
        {isPart && <span className={classes.notice}> · the changed places</span>}
        {newText === null && <span className={classes.bad}> · deleted</span>}
      </Text>
      {newText !== null && (
        <FileDiff path={path} oldText={visibleLines(oldText ?? '')} newText={visibleLines(newText)} split={false} />
      )}
    </div>
  );
}

/** Ends of lines are what many files have. */
const visibleLines = (text: string) => visibleText(text.replaceAll('\r\n', '\n'));

function Code({ text }: { text: string }) {
  return (
    <pre className={`${classes.output} ${classes.doing}`} tabIndex={0}>
      <MaskedText text={visibleText(text)} />
    </pre>
  );
}
