'use client';

import { Button, Group, Text } from '@mantine/core';
import { modals } from '@mantine/modals';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { refusalMessage } from '@/components/auth/refusal.ts';
import type { RouterOutputs } from '@/components/router-outputs.ts';
import { Row, Rows, Section } from '@/components/settings/section.tsx';
import { useTRPC } from '@/components/trpc.tsx';
import { Fault } from '@/components/ui/fault.tsx';
import classes from './admin.module.css';
import { CustomAgentForm } from './custom-agent-form.tsx';

export type CustomAgent = RouterOutputs['agents']['custom'][number];

/** Commands that speak the Agent Client Protocol and that admins of this installation made agents. */
export function CustomAgents() {
  const trpc = useTRPC();
  const custom = useQuery(trpc.agents.custom.queryOptions());
  const [isAdding, setAdding] = useState(false);
  return (
    <Section
      title="Commands of your own"
      lead="Any program on the server that speaks the Agent Client Protocol over its standard streams. It works in a sandbox like the others."
    >
      <Group>
        <Button variant="default" aria-expanded={isAdding} onClick={() => setAdding(!isAdding)}>
          {isAdding ? 'Close' : 'Add a command'}
        </Button>
      </Group>
      {isAdding && <CustomAgentForm onDone={() => setAdding(false)} />}
      <Rows
        query={custom}
        empty="There is none yet."
        render={(agent) => <CustomAgentRow key={agent.id} agent={agent} />}
      />
    </Section>
  );
}

function CustomAgentRow({ agent }: { agent: CustomAgent }) {
  const trpc = useTRPC();
  const queryClient = useQueryClient();
  const [isOpen, setOpen] = useState(false);
  const refresh = () => queryClient.invalidateQueries(trpc.agents.pathFilter());
  const remove = useMutation(trpc.agents.removeCustom.mutationOptions({ onSettled: refresh }));
  const fault = refusalMessage(remove.error);
  const { id: customAgentId, title, name, command, folder, envNames } = agent;
  const confirmRemoval = () =>
    modals.openConfirmModal({
      title: `Remove ${title}`,
      children: <Text>{`Prompts to ${title} are refused from now on, in every team. What it did stays.`}</Text>,
      labels: { confirm: 'Remove', cancel: 'Cancel' },
      confirmProps: { color: 'red' },
      onConfirm: () => remove.mutate({ customAgentId }),
    });
  return (
    <Row>
      <div className={classes.what}>
        <Text fw={600}>
          {title}{' '}
          <Text span c="dimmed" fw={400} className="ens-mono">
            {name}
          </Text>
        </Text>
        <Text className="ens-mono">{command.join(' ')}</Text>
        {(folder !== null || envNames.length > 0) && (
          <Text c="dimmed">
            {[folder, envNames.join(', ')].filter((words) => words !== null && words !== '').join(' · ')}
          </Text>
        )}
      </div>
      <Button variant="default" aria-label={`Edit ${title}`} aria-expanded={isOpen} onClick={() => setOpen(!isOpen)}>
        {isOpen ? 'Close' : 'Edit'}
      </Button>
      <Button variant="subtle" color="red" aria-label={`Remove ${title}`} onClick={confirmRemoval}>
        Remove
      </Button>
      {fault !== undefined && (
        <div className={classes.below}>
          <Fault message={fault} />
        </div>
      )}
      {isOpen && (
        <div className={classes.below}>
          <CustomAgentForm key={agent.version} agent={agent} onDone={() => setOpen(false)} />
        </div>
      )}
    </Row>
  );
}
