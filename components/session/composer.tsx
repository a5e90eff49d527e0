'use client';

import { Alert, Text } from '@mantine/core';
import type { KeyboardEvent } from 'react';
import { isActiveRun } from '@/server/core/run-state.ts';
import { ComposerActions } from './composer-actions.tsx';
import { ComposerChoices } from './composer-choices.tsx';
import classes from './composer.module.css';
import { ConversationPicker } from './conversation-picker.tsx';
import { DraftAttachments } from './draft-attachments.tsx';
import type { Way } from './draft-store.ts';
import { NewerEditsLine, useNewerEdits } from './newer-edits.tsx';
import { PreviewLine } from './preview-line.tsx';
import { PromptField } from './prompt-field.tsx';
import { ProposeComposer } from './propose-composer.tsx';
import { may, mayAsMember, useSession } from './session-context.tsx';
import { ShareDraft } from './shared-draft.tsx';
import { useChoice, usePreview } from './use-choice.ts';
import { useDraft } from './use-draft.ts';
import { useTranscript } from './use-feed.ts';
import { useImages } from './use-images.ts';
import { useSay } from './use-say.ts';

/** Says what will happen before it happens: which agent, in which mode, now or queued. */
export function Composer() {
  const { session } = useSession();
  if (mayAsMember(session, 'prompt')) return <PromptComposer />;
  if (may(session, 'comment')) return <ProposeComposer />;
  return (
    <Text className={classes.composer} c="dimmed">
      {session.isGuest
        ? 'You read along. Ask someone of the team for the right to comment to propose prompts.'
        : 'Your role in this team may read along. Ask a team admin for the developer role to prompt agents.'}
    </Text>
  );
}

function PromptComposer() {
  const { store, draft } = useDraft();
  const transcript = useTranscript();
  const { say, error, dismiss } = useSay();
  const { agents, agent, gone, ready, mode, effort, model, choose } = useChoice();
  const preview = usePreview(agent, model).data;
  const images = useImages(agent);
  const active = Object.values(transcript.runs).find((run) => isActiveRun(run.state));
  const newer = useNewerEdits(agent, !active && draft.text !== '');
  const off = agent && !agent.availability.ok ? agent.availability : undefined;
  const canSay = draft.text.trim() !== '' && agent !== undefined && off === undefined && !images.isAdding;
  const submit = (way: Way) => {
    if (!agent || !mode || !canSay || (active && way === 'steer' && draft.attachments.length > 0)) return;
    const choice = {
      agent: agent.name,
      mode,
      ...(model !== undefined && { model }),
      ...(effort !== undefined && { effort }),
      ...(newer.way && { newerEdits: newer.way }),
    };
    say(active ? way : 'queue', { choice, runId: active?.runId });
    newer.forget();
  };
  const onKeyDown = (event: KeyboardEvent) => {
    const way = wayOfKey(event);
    if (!way) return;
    event.preventDefault();
    submit(way);
  };
  return (
    <div className={classes.composer}>
      {off && (
        <Alert
          color="yellow"
          mb="xs"
          title={ready && agent ? `${agent.title} is not ready` : 'Agents are off on this server'}
        >
          {off.reason} {off.fix}
        </Alert>
      )}
      {gone !== undefined && (
        <Alert color="yellow" mb="xs" title={`${gone} is not offered now`}>
          Your text waits here until it is back. Choose another agent to ask that one instead.
        </Alert>
      )}
      {error && (
        <Alert color="red" mb="xs" title="Not sent, your text is kept" withCloseButton onClose={dismiss}>
          {error.message}
        </Alert>
      )}
      {images.error && (
        <Alert color="red" mb="xs" title="The image was not added" withCloseButton onClose={images.dismiss}>
          {images.error.message}
        </Alert>
      )}
      <DraftAttachments attachments={draft.attachments} onRemove={(attachment) => store.detach(attachment)} />
      <PromptField agent={agent} onKeyDown={onKeyDown} onImages={images.add} />
      <NewerEditsLine edits={newer} />
      <PreviewLine agent={agent} model={model} preview={preview} />
      <div className={classes.foot}>
        <ComposerChoices
          {...{ agents, agent, mode, effort, model, choose }}
          models={agent?.needsModel ? (preview?.models ?? []) : []}
        >
          {agent?.remembers === true && <ConversationPicker agent={agent} />}
        </ComposerChoices>
        <ShareDraft />
        <span className={classes.spring} />
        <ComposerActions
          active={active}
          hears={agents.find(({ name }) => name === active?.agent)?.steers === true}
          canSay={canSay}
          hasAttachments={draft.attachments.length > 0}
          onSay={submit}
        />
      </div>
    </div>
  );
}

/** Enter sends with Ctrl or Cmd; with Shift it steers, with Alt it interrupts. */
function wayOfKey(event: KeyboardEvent): Way | undefined {
  if (event.key !== 'Enter' || !(event.ctrlKey || event.metaKey)) return undefined;
  if (event.shiftKey) return 'steer';
  return event.altKey ? 'interrupt' : 'queue';
}
