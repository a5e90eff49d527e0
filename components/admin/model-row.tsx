import { Badge, Text } from '@mantine/core';
import type { ReactNode } from 'react';
import type { RouterOutputs } from '@/components/router-outputs.ts';
import { Row } from '@/components/settings/section.tsx';
import classes from './admin.module.css';
import { abilities, abilityWords, priceWords, sizeWords } from './model-words.ts';

export type ListedModel = RouterOutputs['providers']['teamModels'][number];

/** A model as members see it: by what name it is asked for, what it takes and can, where it runs, what it costs. */
export function ModelRow({ model, children }: { model: ListedModel; children?: ReactNode }) {
  const { alias, description, place, contextTokens, capabilities, price } = model;
  const facts = [
    description,
    contextTokens === undefined ? '' : `${sizeWords(contextTokens)} context`,
    abilities
      .filter((name) => capabilities[name])
      .map((name) => abilityWords[name])
      .join(', '),
  ];
  return (
    <Row>
      <div className={classes.what}>
        <Text fw={600} className="ens-mono">
          {alias}
        </Text>
        <Text c="dimmed">{facts.filter((words) => words !== '').join(' · ')}</Text>
        {children}
      </div>
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
  );
}
