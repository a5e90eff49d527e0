'use client';

import { Group, Stack, Text, ThemeIcon } from '@mantine/core';
import { IconAlertTriangle, IconCheck, IconX } from '@tabler/icons-react';
import { TimeAgo } from '@/components/ui/time-ago.tsx';
import { adviceFor, decidingProbe } from '@/server/core/provider-advice.ts';
import { protocolLabels, type Probe, type ProviderTest } from '@/server/core/provider.ts';
import classes from './admin.module.css';

const probeLabels: Record<Probe['name'], string> = {
  models: 'Lists models',
  answer: 'Answers',
  streaming: 'Streams',
  tools: 'Calls tools',
  images: 'Takes images',
};

/** What a test tried, one line each, with the time it took and the upstream's own words; and what to do when it failed. */
export function TestOutcome({ test }: { test: ProviderTest }) {
  const fatal = decidingProbe(test)?.name;
  const advice = adviceFor(test);
  return (
    <Stack gap="xs" role="group" aria-label="Outcome of the test">
      <Text c="dimmed">
        Tested <TimeAgo at={test.at} />
        {test.upstreamModel === undefined ? ', without a model to ask' : ` with ${test.upstreamModel}`} ·{' '}
        <span className="ens-tabular">{test.elapsedMs} ms</span> in all
      </Text>
      <ul className={classes.probes}>
        {test.probes.map((probe) => (
          <ProbeLine key={`${probe.name} ${probe.protocol ?? ''}`} probe={probe} isFatal={probe.name === fatal} />
        ))}
      </ul>
      {advice !== undefined && <Text fw={500}>{advice}</Text>}
    </Stack>
  );
}

function ProbeLine({ probe, isFatal }: { probe: Probe; isFatal: boolean }) {
  const { name, protocol, ok, elapsedMs, says } = probe;
  return (
    <li className={classes.probe}>
      <Mark ok={ok} isFatal={isFatal} />
      <div className={classes.probeWords}>
        <Group gap="xs">
          <Text fw={500}>
            {probeLabels[name]}
            {name === 'answer' && protocol !== undefined && (
              <Text span c="dimmed" fw={400}>
                {' '}
                over {protocolLabels[protocol]}
              </Text>
            )}
          </Text>
          <Text c="dimmed" className="ens-tabular">
            {elapsedMs} ms
          </Text>
        </Group>
        {!ok && <Text className={classes.words}>{says}</Text>}
        {ok && name === 'models' && <Text c="dimmed">{says}</Text>}
      </div>
    </li>
  );
}

function Mark({ ok, isFatal }: { ok: boolean; isFatal: boolean }) {
  if (ok)
    return (
      <ThemeIcon color="green" variant="light" size="sm" aria-label="works">
        <IconCheck size={14} />
      </ThemeIcon>
    );
  return (
    <ThemeIcon
      color={isFatal ? 'red' : 'yellow'}
      variant="light"
      size="sm"
      aria-label={isFatal ? 'does not work' : 'not there'}
    >
      {isFatal ? <IconX size={14} /> : <IconAlertTriangle size={14} />}
    </ThemeIcon>
  );
}
