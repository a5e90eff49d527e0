'use client';

import { Alert, Button, Skeleton, Stack, Tabs, Text } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import dynamic from 'next/dynamic';
import { useCallback, useState } from 'react';
import { useTRPC } from '@/components/trpc.tsx';
import { useResource } from '@/components/ui/use-resource.ts';
import { InForce } from './in-force.tsx';
import type { PoliciesData, PolicyTeam } from './policies-page.tsx';
import classes from './policies.module.css';
import { PolicyProblems, type PolicyProblem } from './policy-problems.tsx';
import { PublishDialog, SaveDraftDialog } from './publish-dialog.tsx';
import { RulesTab } from './rules-tab.tsx';
import { TryPolicies } from './try-policies.tsx';
import { findUnpublished, forgetUnpublished, keepUnpublished } from './unpublished.ts';
import { useChoices } from './use-choices.ts';
import { Versions } from './versions.tsx';

const CedarEditor = dynamic(() => import('./cedar-editor.tsx'), {
  ssr: false,
  loading: () => <Skeleton height={460} role="img" aria-label="Loading the editor" />,
});

type ManagePoliciesProps = { team: PolicyTeam; teamId: string | null; inForce: PoliciesData; myId: string };

/** Where rules are written: by the form, in Cedar, tried, compared and published. The text is the one truth of all of them. */
export function ManagePolicies({ team, teamId, inForce, myId }: ManagePoliciesProps) {
  const trpc = useTRPC();
  const choices = useChoices(team);
  const [found] = useState(() => findUnpublished(teamId));
  const [text, setWritten] = useState(found?.text ?? inForce.text);
  const [basedOn, setBasedOn] = useState(found?.basedOn ?? inForce.number);
  const setText = useCallback(
    (next: string) => {
      setWritten(next);
      if (next === inForce.text) forgetUnpublished(teamId);
      else keepUnpublished(teamId, { text: next, basedOn });
    },
    [teamId, inForce.text, basedOn],
  );
  const discard = () => {
    setText(inForce.text);
    setBasedOn(inForce.number);
  };
  const [tab, setTab] = useState<string | null>('rules');
  const [line, setLine] = useState<number>();
  const [asking, setAsking] = useState<'publish' | 'draft'>();
  const [settled] = useDebouncedValue(text, 250);
  const checked = useQuery(
    trpc.policies.check.queryOptions(
      { teamId, text: settled },
      { placeholderData: keepPreviousData, staleTime: Infinity, gcTime: 60_000 },
    ),
  );
  const problems: readonly PolicyProblem[] = checked.data?.problems ?? [];
  const isWrong = problems.some(({ severity }) => severity === 'error');
  const isChecked = settled === text && !checked.isPlaceholderData && checked.data !== undefined;
  const isChanged = text !== inForce.text;
  useResource(isChanged ? warnBeforeLeaving : nothingToLose, stopWarning);
  const showLine = (at: number) => {
    setLine(at);
    setTab('cedar');
  };
  return (
    <Stack gap="md">
      <InForce policies={inForce} teamId={teamId} teamSlug={team.slug} />
      <Tabs value={tab} onChange={setTab} keepMounted={false}>
        <Tabs.List mb="md">
          <Tabs.Tab value="rules">Rules</Tabs.Tab>
          <Tabs.Tab value="cedar">Cedar</Tabs.Tab>
          <Tabs.Tab value="try">Try</Tabs.Tab>
          <Tabs.Tab value="versions">Versions</Tabs.Tab>
        </Tabs.List>
        <Tabs.Panel value="rules">
          <RulesTab
            text={text}
            policies={checked.data?.policies ?? inForce.policies}
            isReady={isChecked}
            problems={problems}
            choices={choices}
            onText={setText}
            onShowLine={showLine}
          />
        </Tabs.Panel>
        <Tabs.Panel value="cedar">
          <Stack gap="sm">
            <div className={classes.editor}>
              <CedarEditor text={text} onText={setText} problems={isChecked ? problems : noProblems} line={line} />
            </div>
            <PolicyProblems problems={problems} onShow={setLine} />
          </Stack>
        </Tabs.Panel>
        <Tabs.Panel value="try">
          {isWrong ? (
            <Alert color="red">The text cannot be tried before it is mended: see the Cedar tab.</Alert>
          ) : (
            <TryPolicies
              team={team}
              choices={choices}
              myId={myId}
              isForEveryone
              draft={isChanged ? { isInstallation: teamId === null, text } : undefined}
            />
          )}
        </Tabs.Panel>
        <Tabs.Panel value="versions">
          <Versions teamId={teamId} inForce={inForce} text={text} onTake={setText} />
        </Tabs.Panel>
      </Tabs>
      {isChanged && (
        <section className={classes.changed} aria-label="Unpublished changes">
          <Text className={classes.changedText}>
            {isWrong
              ? 'Not published, and not fit to be yet.'
              : 'Not published yet. The version in force still decides.'}
            {basedOn !== inForce.number &&
              ` Version ${inForce.number} came into force after you began: what you publish takes its place. Look at the difference first.`}
          </Text>
          <Button variant="subtle" onClick={discard}>
            Discard
          </Button>
          <Button variant="default" onClick={() => setAsking('draft')}>
            Save as draft
          </Button>
          <Button disabled={isWrong || !isChecked} onClick={() => setAsking('publish')}>
            Publish
          </Button>
        </section>
      )}
      {asking === 'publish' && (
        <PublishDialog
          teamId={teamId}
          text={text}
          inForce={inForce}
          onPublished={() => forgetUnpublished(teamId)}
          onClose={() => setAsking(undefined)}
        />
      )}
      {asking === 'draft' && (
        <SaveDraftDialog teamId={teamId} text={text} inForce={inForce} onClose={() => setAsking(undefined)} />
      )}
    </Stack>
  );
}

const noProblems: readonly PolicyProblem[] = [];

const ask = (event: BeforeUnloadEvent) => event.preventDefault();
const nothingToLose = () => false;
/** A reload or a closed tab would lose what is written; going to another page of the app does not. */
const warnBeforeLeaving = () => {
  window.addEventListener('beforeunload', ask);
  return true;
};
const stopWarning = () => window.removeEventListener('beforeunload', ask);
