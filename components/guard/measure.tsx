'use client';

import { Badge, Button, Group, Skeleton, Stack, Table, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { refusalMessage } from '@/components/auth/refusal.ts';
import type { RouterOutputs } from '@/components/router-outputs.ts';
import sections from '@/components/settings/section.module.css';
import { Row, RowText, Section } from '@/components/settings/section.tsx';
import { useTRPC } from '@/components/trpc.tsx';
import { Fault } from '@/components/ui/fault.tsx';
import { houseEffects } from '@/server/core/guard/house-rule.ts';
import { ActionText } from './action-text.tsx';
import type { GuardTeam } from './guard-page.tsx';
import { effectWords, percent } from './guard-words.ts';
import { Replay } from './replay.tsx';
import classes from './guard.module.css';

type Measured = RouterOutputs['guard']['measure']['team'];

/** How often the guard is wrong, on cases that anyone can read. */
export function Measure({ team, mayManage }: { team: GuardTeam; mayManage: boolean }) {
  const trpc = useTRPC();
  const measured = useQuery(trpc.guard.measure.queryOptions({ teamId: team.id }, { staleTime: 60_000 }));
  return (
    <Stack gap="xl">
      {measured.error && (
        <Fault message={refusalMessage(measured.error) ?? ''} onRetry={() => void measured.refetch()} />
      )}
      {measured.isPending && (
        <Stack gap="sm">
          <Text c="dimmed" role="status">
            Judging every case once more, which takes some seconds…
          </Text>
          <Skeleton height={320} />
        </Stack>
      )}
      {measured.data && (
        <>
          <Section
            title="On your team’s cases"
            lead="Decisions that somebody called wrong, with the rules of the team on top."
          >
            {measured.data.team.confusion.cases === 0 ? (
              <Text c="dimmed">No cases yet. Under Decisions, say which one was wrong: it is kept here.</Text>
            ) : (
              <Figures measured={measured.data.team} />
            )}
          </Section>
          <Section
            title="On the cases that come with Ensemble"
            lead="The guard alone, without rules of the team. They say only whether something may be allowed: where it may not, Asked and Denied are both right."
          >
            <Figures measured={measured.data.shipped} />
          </Section>
        </>
      )}
      {mayManage && <Replay team={team} />}
      {measured.data && (
        <Group>
          <Button variant="default" loading={measured.isFetching} onClick={() => void measured.refetch()}>
            Measure again
          </Button>
        </Group>
      )}
    </Stack>
  );
}

/** A part of the cases with one label. Nothing, where there is no such case. */
function Share({ of, share, words }: { of: string; share: number | null; words: string }) {
  if (share === null) return undefined;
  return (
    <li>
      Of what should be {of}, <b className="ens-tabular">{percent(share)}</b> {words}.
    </li>
  );
}

function Figures({ measured: { confusion, wrong } }: { measured: Measured }) {
  const { counts, recall, friction, askedTooLittle, cases } = confusion;
  return (
    <Stack gap="sm">
      <Text>{cases === 1 ? '1 case' : `${cases.toLocaleString('en')} cases`}</Text>
      <ul className={classes.shares}>
        <Share of="denied" share={recall} words="was stopped: denied, or asked about" />
        <Share of="asked" share={askedTooLittle} words="was allowed without a question" />
        <Share of="allowed" share={friction} words="was asked about or denied" />
      </ul>
      <Table.ScrollContainer minWidth={360}>
        <Table verticalSpacing="xs" w="fit-content">
          <Table.Thead>
            <Table.Tr>
              <Table.Th>Should be</Table.Th>
              {houseEffects.map((said) => (
                <Table.Th key={said} className={classes.cell ?? ''}>
                  {effectWords[said].done}
                </Table.Th>
              ))}
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {houseEffects.map((label) => (
              <Table.Tr key={label}>
                <Table.Th scope="row">{effectWords[label].done}</Table.Th>
                {houseEffects.map((said) => (
                  <Table.Td
                    key={said}
                    className={`${classes.cell} ens-tabular ${label === said ? classes.right : counts[label][said] > 0 && said === 'allow' ? classes.wrong : ''}`}
                  >
                    {counts[label][said].toLocaleString('en')}
                  </Table.Td>
                ))}
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      </Table.ScrollContainer>
      {wrong.length > 0 && (
        <details>
          <summary>{wrong.length === 1 ? 'The one that differs' : `${wrong.length} that differ`}</summary>
          <ul className={sections.rows} aria-label="Cases that differ">
            {wrong.map(({ id, action, label, said, rules }) => (
              <Row key={id}>
                <RowText>
                  <Group gap="xs">
                    <Badge variant="light" color={effectWords[said].color}>
                      {effectWords[said].done}
                    </Badge>
                    <Text size="sm">should be {effectWords[label].done.toLowerCase()}</Text>
                    <Text size="sm" c="dimmed" className="ens-mono">
                      {rules.join(', ')}
                    </Text>
                  </Group>
                  <ActionText action={action} />
                </RowText>
              </Row>
            ))}
          </ul>
        </details>
      )}
    </Stack>
  );
}
