'use client';

import { useQuery } from '@tanstack/react-query';
import { Rows, Section } from '@/components/settings/section.tsx';
import { useTRPC } from '@/components/trpc.tsx';
import { ModelRow } from './model-row.tsx';

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
        render={(model) => <ModelRow key={model.alias} model={model} />}
      />
    </Section>
  );
}
