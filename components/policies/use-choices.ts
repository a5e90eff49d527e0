'use client';

import { useQuery } from '@tanstack/react-query';
import { useMemo } from 'react';
import { useTRPC } from '@/components/trpc.tsx';
import type { PolicyTeam } from './policies-page.tsx';
import type { Names } from './rule-words.ts';

export type Choice = { value: string; label: string };
export type PolicyChoices = {
  people: Choice[];
  projects: Choice[];
  agents: string[];
  aliases: string[];
  providers: string[];
  dataClasses: string[];
  names: Names;
};

/** The people, projects, models and classes that rules can speak of, with their names. */
export function useChoices(team: PolicyTeam): PolicyChoices {
  const trpc = useTRPC();
  const members = useQuery(trpc.members.list.queryOptions({ teamId: team.id }));
  const projects = useQuery(trpc.projects.list.queryOptions({ team: team.slug }));
  const words = useQuery(trpc.policies.words.queryOptions({ teamId: team.id }));
  const agents = useQuery(trpc.runs.agents.queryOptions());
  return useMemo(() => {
    const people = (members.data ?? []).map(({ personId, name, email }) => ({
      value: personId,
      label: `${name} (${email})`,
    }));
    const known = (projects.data ?? []).map(({ id, name }) => ({ value: id, label: name }));
    const { aliases = [], providers = [], dataClasses = [] } = words.data ?? {};
    const names = new Map([
      ...(members.data ?? []).map(({ personId, name }) => [personId, name] as const),
      ...known.map(({ value, label }) => [value, label] as const),
    ]);
    return {
      people,
      projects: known,
      agents: (agents.data ?? []).map(({ name }) => name),
      aliases,
      providers,
      dataClasses,
      names,
    };
  }, [members.data, projects.data, words.data, agents.data]);
}
