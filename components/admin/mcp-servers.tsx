'use client';

import { Badge, Button, Group, Text } from '@mantine/core';
import { modals } from '@mantine/modals';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { refusalMessage } from '@/components/auth/refusal.ts';
import { Row, Rows, Section } from '@/components/settings/section.tsx';
import { useTRPC } from '@/components/trpc.tsx';
import { Fault } from '@/components/ui/fault.tsx';
import { sourceWords } from '@/server/core/mcp-server.ts';
import classes from './admin.module.css';
import { McpServerForm } from './mcp-server-form.tsx';
import { mcpReach, mcpStanding, type McpServer } from './mcp-values.ts';

const isAtWork = ({ change }: McpServer) => change?.state === 'waiting' || change?.state === 'working';

/** The MCP servers that agents of the installation may be given. */
export function McpServers({ team }: { team: string }) {
  const trpc = useTRPC();
  const servers = useQuery(
    trpc.mcpServers.list.queryOptions(undefined, {
      refetchInterval: (query) => (query.state.data?.some(isAtWork) === true ? 1_000 : false),
    }),
  );
  const [isAdding, setAdding] = useState(false);
  return (
    <Section
      title="MCP servers"
      lead="Tools that agents may be given. A program runs in a sandbox of its own beside its run, without a network; a service is called by the server. Of what a repository asks for in .mcp.json, only what is listed here is started."
    >
      <Group>
        <Button variant="default" aria-expanded={isAdding} onClick={() => setAdding(!isAdding)}>
          {isAdding ? 'Close' : 'Add an MCP server'}
        </Button>
      </Group>
      {isAdding && <McpServerForm team={team} onDone={() => setAdding(false)} />}
      <Rows
        query={servers}
        empty="There is none yet, so agents are given no MCP server."
        render={(server) => <McpServerRow key={server.id} server={server} team={team} />}
      />
    </Section>
  );
}

function McpServerRow({ server, team }: { server: McpServer; team: string }) {
  const trpc = useTRPC();
  const queryClient = useQueryClient();
  const [isOpen, setOpen] = useState(false);
  const refresh = () => queryClient.invalidateQueries(trpc.mcpServers.pathFilter());
  const remove = useMutation(trpc.mcpServers.remove.mutationOptions({ onSettled: refresh }));
  const tryIt = useMutation(trpc.mcpServers.try.mutationOptions({ onSettled: refresh }));
  const { id: mcpServerId, name, description, envNames, change } = server;
  const { words, color } = mcpStanding(server);
  const fault =
    refusalMessage(remove.error ?? tryIt.error) ??
    (change?.state === 'failed' ? (change.error ?? undefined) : undefined);
  const confirmRemoval = () =>
    modals.openConfirmModal({
      title: `Remove ${name}`,
      children: <Text>Runs that begin from now on are not given it, in any team. Those at work keep it.</Text>,
      labels: { confirm: 'Remove', cancel: 'Cancel' },
      confirmProps: { color: 'red' },
      onConfirm: () => remove.mutate({ mcpServerId }),
    });
  return (
    <Row>
      <div className={classes.what}>
        <Text fw={600} className="ens-mono">
          {name}
        </Text>
        {description !== '' && <Text>{description}</Text>}
        <Text className="ens-mono">{[sourceWords(server.source), ...server.args].join(' ')}</Text>
        {envNames.length > 0 && (
          <Text c="dimmed">{`${server.source.kind === 'http' ? 'Headers' : 'Variables'}: ${envNames.join(', ')}`}</Text>
        )}
        <Text c="dimmed">{mcpReach(server)}</Text>
        <Tools server={server} />
      </div>
      <Badge variant="light" color={color} classNames={{ label: classes.unpriced }}>
        {words}
      </Badge>
      <Button
        variant="default"
        aria-label={`Try ${name}`}
        loading={tryIt.isPending || isAtWork(server)}
        onClick={() => tryIt.mutate({ mcpServerId })}
      >
        Try
      </Button>
      <Button variant="default" aria-label={`Edit ${name}`} aria-expanded={isOpen} onClick={() => setOpen(!isOpen)}>
        {isOpen ? 'Close' : 'Edit'}
      </Button>
      <Button variant="subtle" color="red" aria-label={`Remove ${name}`} onClick={confirmRemoval}>
        Remove
      </Button>
      {fault !== undefined && !isAtWork(server) && (
        <div className={classes.below}>
          <Fault message={fault} />
        </div>
      )}
      {isOpen && (
        <div className={classes.below}>
          <McpServerForm key={server.version} server={server} team={team} onDone={() => setOpen(false)} />
        </div>
      )}
    </Row>
  );
}

function Tools({ server: { tools, readTools } }: { server: McpServer }) {
  if (tools === null || tools.length === 0) return null;
  return (
    <details>
      <summary>What its tools are</summary>
      <ul className={classes.probes}>
        {tools.map(({ name, description, saysReadOnly }) => (
          <li key={name}>
            <Text>
              <Text span className="ens-mono">
                {name}
              </Text>
              {readTools.includes(name) && ' · unasked'}
              {saysReadOnly && ' · says that it only reads'}
            </Text>
            <Text c="dimmed" lineClamp={2}>
              {description}
            </Text>
          </li>
        ))}
      </ul>
    </details>
  );
}
