'use client';

import { Anchor, Badge, Button, Progress, Text } from '@mantine/core';
import { modals } from '@mantine/modals';
import { useMutation } from '@tanstack/react-query';
import { refusalMessage } from '@/components/auth/refusal.ts';
import { Row } from '@/components/settings/section.tsx';
import { useTRPC } from '@/components/trpc.tsx';
import { Fault } from '@/components/ui/fault.tsx';
import classes from './admin.module.css';
import { progressPart, sizeOf, standing } from './agent-words.ts';
import type { Agent, AgentChange } from './agents.tsx';

/** One agent: what it is, whether it can run and why not, and for admins what can be done about it. */
export function AgentRow({
  agent,
  change,
  isAdmin,
  onChanged,
}: {
  agent: Agent;
  change: AgentChange | undefined;
  isAdmin: boolean;
  onChanged: () => Promise<unknown>;
}) {
  const trpc = useTRPC();
  const install = useMutation(trpc.agents.install.mutationOptions({ onSettled: onChanged }));
  const uninstall = useMutation(trpc.agents.uninstall.mutationOptions({ onSettled: onChanged }));
  const { name, title, description, installation, availability } = agent;
  const isAtWork = change?.state === 'waiting' || change?.state === 'working';
  const failure = refusalMessage(install.error ?? uninstall.error) ?? failureOf(change);
  const { words, color } = standing(agent);
  return (
    <Row>
      <div className={classes.what}>
        <Text fw={600}>
          {title}{' '}
          <Text span c="dimmed" fw={400} className="ens-mono">
            {name}
          </Text>
        </Text>
        <Text c="dimmed">{description}</Text>
        {installation && <Package installation={installation} />}
        {!availability.ok && !isAtWork && (installation === undefined || installation.state !== 'missing') && (
          <Text>
            {availability.reason}{' '}
            {isAdmin && installation && installation.state !== 'installed' ? '' : availability.fix}
          </Text>
        )}
      </div>
      {!isAtWork && (
        <Badge variant="light" color={color} classNames={{ label: classes.unpriced }}>
          {words}
        </Badge>
      )}
      {isAdmin && installation && (
        <InstallButtons
          agent={agent}
          isAtWork={isAtWork}
          isAsking={install.isPending || uninstall.isPending}
          onInstall={() => install.mutate({ agent: name })}
          onUninstall={() => uninstall.mutate({ agent: name })}
        />
      )}
      {change && isAtWork && <AtWork change={change} title={title} />}
      {isAdmin && !isAtWork && failure !== undefined && (
        <div className={classes.below}>
          <Fault message={failure} />
        </div>
      )}
    </Row>
  );
}

const failureOf = (change: AgentChange | undefined) =>
  change?.state === 'failed' ? (change.error ?? undefined) : undefined;

type Installation = NonNullable<Agent['installation']>;

function Package({ installation: { version, sizeBytes, licence, terms } }: { installation: Installation }) {
  return (
    <Text c="dimmed" size="sm">
      {version} · {sizeOf(sizeBytes)} · {licence}
      {terms !== undefined && (
        <>
          {' '}
          <Anchor href={terms} target="_blank" rel="noreferrer" size="sm" underline="always">
            Terms
          </Anchor>
        </>
      )}
    </Text>
  );
}

function InstallButtons({
  agent,
  isAtWork,
  isAsking,
  onInstall,
  onUninstall,
}: {
  agent: Agent;
  isAtWork: boolean;
  isAsking: boolean;
  onInstall: () => void;
  onUninstall: () => void;
}) {
  const { title, installation } = agent;
  if (!installation || isAtWork) return undefined;
  const { state, version, sizeBytes, licence, terms } = installation;
  const confirmInstall = () =>
    modals.openConfirmModal({
      title: `Install ${title}`,
      children: (
        <>
          <Text>
            {`Version ${version} is fetched from the package registry that the server uses: ${sizeOf(sizeBytes)} on its disk. It is not part of Ensemble, and its licence is between you and its makers.`}
          </Text>
          <Text mt="sm">
            Licence: {licence}.{' '}
            {terms !== undefined && (
              <Anchor href={terms} target="_blank" rel="noreferrer" underline="always">
                Read the terms
              </Anchor>
            )}
          </Text>
        </>
      ),
      labels: { confirm: `Install, ${sizeOf(sizeBytes)}`, cancel: 'Cancel' },
      onConfirm: onInstall,
    });
  const confirmUninstall = () =>
    modals.openConfirmModal({
      title: `Uninstall ${title}`,
      children: (
        <Text>{`Prompts to ${title} are refused from now on, in every team. What it did stays. ${sizeOf(sizeBytes)} of disk become free.`}</Text>
      ),
      labels: { confirm: 'Uninstall', cancel: 'Cancel' },
      confirmProps: { color: 'red' },
      onConfirm: onUninstall,
    });
  if (state === 'installed')
    return (
      <Button variant="default" loading={isAsking} aria-label={`Uninstall ${title}`} onClick={confirmUninstall}>
        Uninstall
      </Button>
    );
  return (
    <Button
      variant={state === 'missing' ? 'default' : 'filled'}
      loading={isAsking}
      aria-label={`Install ${title}`}
      onClick={confirmInstall}
    >
      {state === 'missing' ? 'Install' : 'Install again'}
    </Button>
  );
}

function AtWork({ change, title }: { change: AgentChange; title: string }) {
  const part = progressPart(change.progress);
  const what = change.wish === 'install' ? 'Installing' : 'Uninstalling';
  return (
    <div className={classes.below} role="status">
      <Text size="sm" className="ens-tabular">
        {change.state === 'waiting'
          ? `Waiting for a worker to begin`
          : `${what}${change.progress ? `: ${change.progress}` : ''}`}
      </Text>
      <Progress mt={4} size="sm" value={part ?? 100} animated={part === undefined} aria-label={`${what} ${title}`} />
    </div>
  );
}
