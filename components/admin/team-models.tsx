'use client';

import { Badge, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Row, Rows, RowText, Section } from '@/components/settings/section.tsx';
import { useTRPC } from '@/components/trpc.tsx';
import { abilities, abilityWords, priceWords, sizeWords } from './model-words.ts';

/** For every member: the models that can be asked for, by name. */
export function TeamModels({ teamId }: { teamId: string }) {
  const trpc = useTRPC();
  const models = useQuery(trpc.providers.teamModels.queryOptions({ teamId }));
  return (
    <Section
      title="Models to ask for"
      lead="By these names, in sessions and with your own tools. Policies may allow fewer on some projects."
    >
      <Rows
        query={models}
        empty="There is no model yet. An installation admin adds them under Settings › Models."
        render={({ alias, description, place, contextTokens, capabilities, price }) => (
          <Row key={alias}>
            <RowText>
              <Text fw={600} className="ens-mono">
                {alias}
              </Text>
              <Text c="dimmed">
                {[
                  description,
                  contextTokens === undefined ? '' : `${sizeWords(contextTokens)} context`,
                  abilities
                    .filter((name) => capabilities[name])
                    .map((name) => abilityWords[name])
                    .join(', '),
                ]
                  .filter((words) => words !== '')
                  .join(' · ')}
              </Text>
            </RowText>
            {place === 'local' && (
              <Badge variant="light" color="teal">
                Own network
              </Badge>
            )}
            {price ? (
              <Text c="dimmed" className="ens-tabular" title="For a million tokens">
                {priceWords(price)}
              </Text>
            ) : (
              <Badge variant="light" color="yellow">
                Unpriced
              </Badge>
            )}
          </Row>
        )}
      />
    </Section>
  );
}
