'use client';

import { Stack, Text } from '@mantine/core';
import type { RouterOutputs } from '@/components/router-outputs.ts';
import { Row, RowText } from '@/components/settings/section.tsx';
import sectionClasses from '@/components/settings/section.module.css';
import { TimeAgo } from '@/components/ui/time-ago.tsx';
import classes from './policies.module.css';
import { Effect } from './rule-list.tsx';

type Replay = RouterOutputs['policies']['consequence'];
type Change = Replay['changes'][number];

const shown = 3;

/** What the text would have changed for recent calls. */
export function Consequence({ replay, days }: { replay: Replay; days: number }) {
  const { calls, isAll, denied, allowed, data, changes } = replay;
  const looked = `${isAll ? '' : 'the newest '}${calls.toLocaleString('en')} model ${calls === 1 ? 'call' : 'calls'}`;
  if (calls === 0)
    return <Text>No model was called in the last {days} days, so there is nothing to compare with.</Text>;
  if (denied + allowed + data === 0)
    return (
      <Text>
        Of {looked} of the last {days} days none would have ended otherwise.
      </Text>
    );
  return (
    <Stack gap="sm">
      <Text>
        Of {looked} of the last {days} days:
      </Text>
      <div className={classes.numbers}>
        <Count count={denied} what="would be denied" />
        <Count count={allowed} what="would be allowed" />
        <Count count={data} what="findings would be sent otherwise" />
      </div>
      <ul className={sectionClasses.rows} aria-label="Calls that would end otherwise">
        {changes.slice(0, shown).map((change) => (
          <Row key={`${change.callId} ${change.data?.class ?? ''}`}>
            <Effect
              effect={change.kind === 'allowed' ? 'allow' : change.kind === 'denied' ? 'deny' : effectOf(change)}
            />
            <RowText>
              <Text>
                {change.person}: {change.alias}
                {change.project !== undefined && ` on ${change.project}`} <TimeAgo at={change.at} />
                {change.data &&
                  `: ${change.data.class}, ${treated[change.data.before]} → ${treated[change.data.after]}`}
              </Text>
              <Text c="dimmed" size="sm">
                {change.rules.map(({ title }) => title).join('; ')}
              </Text>
            </RowText>
          </Row>
        ))}
      </ul>
    </Stack>
  );
}

const treated = { allow: 'as it is', warn: 'with a notice', mask: 'masked', block: 'refused' } as const;

const effectOf = ({ data }: Change) => (data?.after === 'block' ? 'deny' : 'allow');

function Count({ count, what }: { count: number; what: string }) {
  return (
    <Text>
      <Text span fw={600} fz="lg" className="ens-tabular">
        {count.toLocaleString('en')}
      </Text>{' '}
      {what}
    </Text>
  );
}
