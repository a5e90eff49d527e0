'use client';

import { List, Select, Skeleton, Stack, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { refusalMessage } from '@/components/auth/refusal.ts';
import { useTRPC } from '@/components/trpc.tsx';
import { CodeBlock } from '@/components/ui/code-block.tsx';
import { Fault } from '@/components/ui/fault.tsx';
import { ModelTokenForm, type MadeToken } from './model-token-form.tsx';
import { isDenied, OfferedModels } from './offered-models.tsx';
import { Section } from './section.tsx';
import { TokenRows } from './token-rows.tsx';
import { recipesFor, type Recipe } from './tool-recipes.ts';

type Team = { id: string; slug: string; name: string };

/** How a member calls models with tools of their own: a token, the lines to paste, and what may be called. */
export function UseWithTools({ team, hasSeveralTeams }: { team: Team; hasSeveralTeams: boolean }) {
  const trpc = useTRPC();
  const [made, setMade] = useState<MadeToken>();
  const access = useQuery({
    ...trpc.gateway.access.queryOptions({ teamId: team.id, ...(made?.projectId && { projectId: made.projectId }) }),
    placeholderData: (before) => before,
  });
  if (access.error && !access.data)
    return <Fault message={refusalMessage(access.error) ?? ''} onRetry={() => void access.refetch()} />;
  if (!access.data) return <Skeleton height={320} role="img" aria-label="Loading" />;
  const { url, role, mayCall, models } = access.data;
  const needsTeam = hasSeveralTeams && made?.isBound !== true;
  return (
    <>
      <WhatApplies />
      <Section title="Make a token" lead="It calls models in your name and does nothing else.">
        {mayCall ? (
          <ModelTokenForm team={team} made={made} onMade={setMade} />
        ) : (
          <Text>Your role in this team is {role}, and calling models needs developer. Ask a team admin.</Text>
        )}
      </Section>
      <Section title="Set up your tool" lead="Choose the tool and the model, then copy the lines.">
        <Recipes
          url={url}
          token={made?.token}
          hasModels={models.length > 0}
          aliases={models.filter((model) => !isDenied(model)).map(({ alias }) => alias)}
          headers={needsTeam ? { 'x-ensemble-team': team.slug } : {}}
        />
      </Section>
      <Section
        title="Models"
        lead={`What can be called in ${team.name}, by these names. Prices are for a million tokens.`}
      >
        <OfferedModels models={models} />
      </Section>
      <Section title="Your tokens for models">
        <TokenRows shows={({ scopes }) => scopes.includes('models')} empty="You have no token that may call models." />
      </Section>
    </>
  );
}

function WhatApplies() {
  return (
    <Section title="What applies to these calls">
      <List spacing={4}>
        <List.Item>
          <b>Policy</b> decides which models you may use, and for which projects.
        </List.Item>
        <List.Item>
          <b>Data protection</b> looks for secrets and personal data before anything leaves, and masks them or stops the
          call.
        </List.Item>
        <List.Item>
          <b>Budgets</b> of yours and of the team pay for it. A spent budget stops the call before it is made.
        </List.Item>
        <List.Item>
          <b>The record</b> says who called which model when, with tokens, cost and what was found.
        </List.Item>
      </List>
    </Section>
  );
}

type RecipesProps = {
  url: string;
  hasModels: boolean;
  token: string | undefined;
  aliases: string[];
  headers: Record<string, string>;
};

function Recipes({ url, token, hasModels, aliases, headers }: RecipesProps) {
  const [chosenModel, setModel] = useState<string | null>(null);
  const [tool, setTool] = useState<string | null>(null);
  const model = chosenModel ?? aliases[0];
  const recipes = recipesFor({ url, token, model, headers });
  const recipe = recipes.find(({ title }) => title === tool) ?? recipes[0];
  return (
    <Stack gap="md">
      <Stack gap="sm" maw={560}>
        <Select
          label="Tool"
          data={recipes.map(({ title }) => title)}
          value={recipe?.title ?? null}
          onChange={setTool}
          allowDeselect={false}
          maxDropdownHeight={360}
        />
        <Select
          label="Model"
          data={aliases}
          value={model ?? null}
          onChange={setModel}
          allowDeselect={false}
          searchable={aliases.length > 10}
          disabled={aliases.length === 0}
          placeholder={hasModels ? 'None that you may call' : 'There is no model yet'}
          classNames={{ input: 'ens-mono' }}
        />
      </Stack>
      {recipe && <Lines recipe={recipe} />}
      <Text c="dimmed">
        Calls count for a project when the token is bound to it, or when they carry its name in the header{' '}
        <Header name="x-ensemble-project" />. With several teams, the header <Header name="x-ensemble-team" /> names the
        team.
      </Text>
    </Stack>
  );
}

function Header({ name }: { name: string }) {
  return (
    <span className="ens-mono" style={{ whiteSpace: 'nowrap' }}>
      {name}
    </span>
  );
}

function Lines({ recipe }: { recipe: Recipe }) {
  return (
    <Stack gap="sm" aria-live="polite">
      {recipe.steps.map(({ where, text }) => (
        <CodeBlock key={where} where={where} text={text} />
      ))}
      {recipe.notes.length > 0 && (
        <List c="dimmed" spacing={4}>
          {recipe.notes.map((note) => (
            <List.Item key={note}>{note}</List.Item>
          ))}
        </List>
      )}
    </Stack>
  );
}
