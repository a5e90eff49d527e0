'use client';

import { Badge, Group, Text } from '@mantine/core';
import { ModelRow } from '@/components/admin/model-row.tsx';
import type { RouterOutputs } from '@/components/router-outputs.ts';
import { Rows } from './section.tsx';

export type OfferedModel = RouterOutputs['gateway']['access']['models'][number];

/** The models of a team with what policy says of one's use of them; those that are denied come last. */
export function OfferedModels({ models }: { models: readonly OfferedModel[] }) {
  const rows = models.toSorted((one, other) => Number(isDenied(one)) - Number(isDenied(other)));
  return (
    <Rows
      query={{ data: rows, error: null, refetch: () => undefined }}
      empty="There is no model yet. An installation admin adds them under Settings › Models."
      render={(model) => (
        <ModelRow key={model.alias} model={model}>
          {isDenied(model) && <Denied word={model.word} />}
        </ModelRow>
      )}
    />
  );
}

export const isDenied = ({ word }: OfferedModel) => word.effect === 'deny';

function Denied({ word }: { word: OfferedModel['word'] }) {
  const [rule] = word.rules;
  return (
    <Group gap="sm" mt={4}>
      <Badge color="red" variant="light">
        Not for you
      </Badge>
      <Text>{rule ? [rule.title, rule.advice].filter(Boolean).join('. ') : 'No policy allows it.'}</Text>
    </Group>
  );
}
