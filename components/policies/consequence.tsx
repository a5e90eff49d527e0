'use client';

import { Stack, Text } from '@mantine/core';
import { ActionText } from '@/components/guard/action-text.tsx';
import { effectWords } from '@/components/guard/guard-words.ts';
import type { RouterOutputs } from '@/components/router-outputs.ts';
import { Row, RowText } from '@/components/settings/section.tsx';
import sectionClasses from '@/components/settings/section.module.css';
import { TimeAgo } from '@/components/ui/time-ago.tsx';
import classes from './policies.module.css';
import { Effect } from './rule-list.tsx';

type Replay = RouterOutputs['policies']['consequence'];
type Change = Replay['changes'][number];

const shown = 3;

/** What the text would have changed for recent calls and for what agents did. */
export function Consequence({ replay, days }: { replay: Replay; days: number }) {
  return (
    <Stack gap="md">
      <CallConsequence replay={replay} days={days} />
      <ActConsequence acts={replay.acts} days={days} />
    </Stack>
  );
}

function CallConsequence({ replay, days }: { replay: Replay; days: number }) {
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

/** Commands and changes of files that would be denied, asked about or allowed anew. */
function ActConsequence({ acts: { acts, isAll, denied, asked, allowed, changes }, days }: ActsProps) {
  const looked = `${isAll ? '' : 'the newest '}${acts.toLocaleString('en')} ${acts === 1 ? 'action' : 'actions'} of agents`;
  if (acts === 0) return <Text>Agents did nothing in the last {days} days that could be compared.</Text>;
  if (denied + asked + allowed === 0) return <Text>Of {looked} none would have been treated otherwise.</Text>;
  return (
    <Stack gap="sm">
      <Text>Of {looked}:</Text>
      <div className={classes.numbers}>
        <Count count={denied} what="would be denied" />
        <Count count={asked} what="would be asked" />
        <Count count={allowed} what="would be allowed" />
      </div>
      <ul className={sectionClasses.rows} aria-label="Actions that would be treated otherwise">
        {changes.slice(0, shownActs).map((change) => (
          <Row key={change.decisionId}>
            <Effect effect={change.after} />
            <RowText>
              {change.shown ? (
                <ActionText action={change.shown.action} />
              ) : (
                <Text>In a project that you are not a member of</Text>
              )}
              <Text c="dimmed" size="sm">
                {change.agent} for {change.person}
                {change.shown && ` on ${change.shown.project}`} <TimeAgo at={change.at} />,{' '}
                {effectWords[change.before].done.toLowerCase()} now: {change.rules.map(({ title }) => title).join('; ')}
              </Text>
            </RowText>
          </Row>
        ))}
      </ul>
    </Stack>
  );
}

type ActsProps = { acts: Replay['acts']; days: number };
const shownActs = 5;

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
