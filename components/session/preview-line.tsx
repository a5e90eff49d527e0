'use client';

import { Text } from '@mantine/core';
import type { RouterOutputs } from '@/components/router-outputs.ts';
import type { AgentDescription } from '@/server/core/agent-description.ts';
import classes from './composer.module.css';

type Preview = RouterOutputs['conversation']['preview'];

/** What will happen, said before it happens. */
export function PreviewLine({
  agent,
  model,
  preview,
}: {
  agent: AgentDescription | undefined;
  model: string | undefined;
  preview: Preview | undefined;
}) {
  if (!agent) return null;
  if (!agent.needsModel)
    return (
      <Text size="xs" c="dimmed" mt={4}>
        Uses no language model: {agent.description}
      </Text>
    );
  if (!preview) return <Text size="xs" c="dimmed" mt={4} component="div" className={classes.reserve} />;
  const { route, masked, blocked, estimate } = preview;
  const denied = preview.models.find(({ alias }) => alias === model)?.denied;
  if (denied !== undefined)
    return (
      <Text size="xs" className={classes.warn} mt={4} role="status">
        {model} is closed to you here: {denied}
      </Text>
    );
  if (!route)
    return (
      <Text size="xs" className={classes.warn} mt={4} role="status">
        No model can be used for {agent.title} here. An installation admin adds one in Settings › Models, or a policy
        closes them.
      </Text>
    );
  return (
    <Text size="xs" c="dimmed" mt={4} component="div" className="ens-tabular">
      → {route.alias} at {route.provider}, {route.place === 'local' ? 'on your own network' : 'outside'}
      {masked > 0 && ` · ${masked} ${masked === 1 ? 'value' : 'values'} masked`}
      {estimate && ` · ${costWords(estimate)}`}
      {blocked.length > 0 && <span className={classes.warn}> · policy stops it because of: {blocked.join(', ')}</span>}
    </Text>
  );
}

export function costWords({ microUsd, basis }: { microUsd: number; basis: 'turns' | 'prompt' }): string {
  const usd = microUsd / 1_000_000;
  const amount = usd < 0.01 ? (usd === 0 ? '$0' : 'under $0.01') : `$${usd.toFixed(2)}`;
  return basis === 'turns' ? `about ${amount} a turn` : `${amount} to read the prompt, more for the work`;
}
