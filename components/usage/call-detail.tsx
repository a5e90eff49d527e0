'use client';

import { Anchor, Badge, Group, Skeleton, Stack, Text, Title } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import Link from 'next/link';
import type { ReactNode } from 'react';
import { refusalMessage } from '@/components/auth/refusal.ts';
import { useTRPC } from '@/components/trpc.tsx';
import { Fault } from '@/components/ui/fault.tsx';
import { Moment } from '@/components/ui/time-ago.tsx';
import {
  callCostText,
  causeWords,
  clientProtocolLabels,
  countText,
  foundPlaceWords,
  stateWords,
  type CallDetail as Detail,
} from './usage-words.ts';
import classes from './usage.module.css';

/** Everything that is recorded of a call. */
export function CallDetail({ team, callId }: { team: string; callId: string }) {
  const trpc = useTRPC();
  const call = useQuery(trpc.usage.detail.queryOptions({ callId }));
  if (call.error) return <Fault message={refusalMessage(call.error) ?? ''} onRetry={() => void call.refetch()} />;
  if (!call.data) return <Skeleton height={360} role="img" aria-label="Loading the call" />;
  const { state, errorMessage, deniedBy } = call.data;
  const { label, color } = stateWords[state];
  return (
    <Stack>
      <Group gap="xs">
        <Badge variant="light" color={color}>
          {label}
        </Badge>
        {deniedBy !== null && <Text>by {causeWords[deniedBy]}</Text>}
        {call.data.isEstimate && state !== 'started' && <Text c="dimmed">counted by an estimate</Text>}
      </Group>
      {errorMessage !== null && <Text style={{ overflowWrap: 'anywhere' }}>{errorMessage}</Text>}
      <Facts facts={factsOf(team, call.data)} />
      <Decisions team={team} call={call.data} />
      <Content call={call.data} />
    </Stack>
  );
}

type Fact = readonly [string, ReactNode];

function Facts({ facts }: { facts: readonly Fact[] }) {
  return (
    <dl className={classes.facts}>
      {facts.map(([name, value]) => (
        <div key={name} style={{ display: 'contents' }}>
          <dt>{name}</dt>
          <dd className="ens-tabular">{value}</dd>
        </div>
      ))}
    </dl>
  );
}

const none = '–';
const count = (value: number | null) => (value === null ? none : countText(value));
const duration = (ms: number | null) =>
  ms === null ? none : ms < 10_000 ? `${countText(ms)} ms` : `${(ms / 1_000).toFixed(1)} s`;

function factsOf(team: string, call: Detail): Fact[] {
  const { upstreamModel, providerName, place } = call;
  const where =
    upstreamModel === null ? 'nobody: it did not leave Ensemble' : `${upstreamModel} at ${providerName ?? none}`;
  const isOpen = call.state === 'started';
  return [
    ['Who', call.person.name],
    [
      'With',
      `${call.client || 'an unnamed program'}, ${call.keyKind === 'run' ? 'the key of a run' : 'a personal token'}`,
    ],
    ['When', <Moment key="at" at={call.startedAt} />],
    ['Asked for', call.alias],
    ['Sent to', `${where}${place === 'local' ? ', on your own network' : ''}`],
    ['Protocol', `${clientProtocolLabels[call.protocol]}${call.isStream ? ', streamed' : ''}`],
    ['Cost', callCostText(call)],
    ['Tokens in', isOpen ? none : `${count(call.inputTokens)}${cacheWords(call)}`],
    [
      'Tokens out',
      isOpen
        ? none
        : `${count(call.outputTokens)}${call.thinkingTokens === null ? '' : `, of them ${countText(call.thinkingTokens)} thinking`}`,
    ],
    [
      'Took',
      `${duration(call.latencyMs)}${call.firstByteMs === null ? '' : `, first byte after ${duration(call.firstByteMs)}`}`,
    ],
    ['Project', call.project?.name ?? 'none'],
    ...runFacts(team, call),
    [
      'Audit entry',
      <Link key="audit" href={`/${team}/audit?resource=model_call:${call.id}` as never}>
        {call.id}
      </Link>,
    ],
    ['Request', call.requestId],
  ];
}

/** Calls of people's own tools belong to no session. */
function runFacts(team: string, { sessionId, runId }: Detail): Fact[] {
  const session: Fact[] =
    sessionId === null
      ? []
      : [
          [
            'Session',
            <Link key="session" href={`/${team}/sessions/${sessionId}` as never}>
              Open the session
            </Link>,
          ],
        ];
  return runId === null ? session : [...session, ['Run', runId]];
}

function cacheWords({ cacheReadTokens, cacheWriteTokens }: Detail): string {
  const words = [
    cacheReadTokens === null ? '' : `${countText(cacheReadTokens)} from cache`,
    cacheWriteTokens === null ? '' : `${countText(cacheWriteTokens)} written to it`,
  ].filter((word) => word !== '');
  return words.length === 0 ? '' : `, of them ${words.join(', ')}`;
}

function Decisions({ team, call: { rules, findings, shape } }: { team: string; call: Detail }) {
  return (
    <>
      <Title order={3}>What was decided</Title>
      {rules.length === 0 && <Text c="dimmed">No rule of policy spoke.</Text>}
      {rules.map(({ id, title }) => (
        <Text key={id} style={{ overflowWrap: 'anywhere' }}>
          {title}{' '}
          <Text span c="dimmed" className="ens-mono">
            {id}
          </Text>
        </Text>
      ))}
      {rules.length > 0 && (
        <Text>
          <Anchor inherit underline="always" component={Link} href={`/${team}/settings/policies`}>
            Read or change the rules
          </Anchor>
        </Text>
      )}
      {findings.length === 0 ? (
        <Text c="dimmed">Nothing was found in what was asked and answered.</Text>
      ) : (
        <Group gap="xs">
          {findings.map((found) => (
            <Badge
              key={`${found.class} ${found.detector} ${String(found.inAnswer)}`}
              variant="default"
              title={foundPlaceWords(found)}
            >
              {found.count} × {found.class}: {found.inAnswer === true ? 'in the answer' : found.action}
            </Badge>
          ))}
        </Group>
      )}
      {shape && (
        <Text c="dimmed" style={{ overflowWrap: 'anywhere' }}>
          {shape.messages === 1 ? '1 message' : `${countText(shape.messages)} messages`}, {countText(shape.sizeBytes)}{' '}
          bytes
          {shape.hasImages && ', with images'}
          {shape.tools.length > 0 && `, tools: ${shape.tools.join(', ')}`}
        </Text>
      )}
    </>
  );
}

function Content({ call: { content, hasContent } }: { call: Detail }) {
  if (!hasContent) return null;
  if (!content) return <Text c="dimmed">What was asked and answered is for whoever called and for admins.</Text>;
  return (
    <>
      <Title order={3}>Asked and answered, masked</Title>
      <Text c="dimmed">
        Kept until <Moment at={content.expiresAt} />
      </Text>
      <pre tabIndex={0} className={`${classes.content} ens-mono`} aria-label="The request">
        {content.request}
      </pre>
      <pre tabIndex={0} className={`${classes.content} ens-mono`} aria-label="The answer">
        {content.answer}
      </pre>
    </>
  );
}
