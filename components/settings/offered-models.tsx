'use client';

import { Badge, Group, Table, Text } from '@mantine/core';
import type { RouterOutputs } from '@/components/router-outputs.ts';
import { moneyText } from '@/server/core/budget.ts';
import classes from './offered-models.module.css';

export type OfferedModel = RouterOutputs['gateway']['access']['models'][number];

/** The models of a team with what they take and cost, those that policy denies last. */
export function OfferedModels({ models }: { models: readonly OfferedModel[] }) {
  if (models.length === 0)
    return <Text c="dimmed">No model can be called yet. An installation admin adds providers and models.</Text>;
  const rows = models.toSorted((one, other) => Number(isDenied(one)) - Number(isDenied(other)));
  return (
    <Table verticalSpacing="xs" className={classes.table} aria-label="Models">
      <Table.Thead>
        <Table.Tr>
          <Table.Th>Model</Table.Th>
          <Table.Th>Context</Table.Th>
          <Table.Th>Price for a million tokens</Table.Th>
          <Table.Th>Runs</Table.Th>
        </Table.Tr>
      </Table.Thead>
      <Table.Tbody>
        {rows.map((model) => (
          <Table.Tr key={model.alias}>
            <Table.Td>
              <Text className={`ens-mono ${classes.alias}`}>{model.alias}</Text>
              {isDenied(model) && <Denied word={model.word} />}
              {!isDenied(model) && model.description !== '' && <Text c="dimmed">{model.description}</Text>}
            </Table.Td>
            <Table.Td className="ens-tabular">
              {model.contextTokens === undefined
                ? 'unknown size'
                : `${model.contextTokens.toLocaleString('en')} tokens`}
            </Table.Td>
            <Table.Td className="ens-tabular">
              {priceText(model.price)}
              {model.price && <span className={classes.unit}> for a million tokens</span>}
            </Table.Td>
            <Table.Td>{model.place === 'local' ? 'in this network' : `at ${model.providers.join(', ')}`}</Table.Td>
          </Table.Tr>
        ))}
      </Table.Tbody>
    </Table>
  );
}

export const isDenied = ({ word }: OfferedModel) => word.effect === 'deny';

function Denied({ word }: { word: OfferedModel['word'] }) {
  const [rule] = word.rules;
  return (
    <Group gap="xs" wrap="nowrap" align="flex-start">
      <Badge color="red" variant="light" style={{ flexShrink: 0 }}>
        Not for you
      </Badge>
      <Text c="dimmed">{rule ? [rule.title, rule.advice].filter(Boolean).join('. ') : 'No policy allows it.'}</Text>
    </Group>
  );
}

function priceText(price: OfferedModel['price']): string {
  if (price === undefined) return 'unpriced';
  return `${moneyText(price.input)} in, ${moneyText(price.output)} out`;
}
