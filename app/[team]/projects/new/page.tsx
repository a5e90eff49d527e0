import type { Metadata } from 'next';
import { NewProject } from '@/components/projects/new-project.tsx';
import { memberOf } from '@/server/api/caller.ts';

export const metadata: Metadata = { title: 'Add a project' };

const sources = ['git', 'archive', 'sample', 'empty', 'path'] as const;

export default async function NewProjectPage({
  params,
  searchParams,
}: {
  params: Promise<{ team: string }>;
  searchParams: Promise<{ from?: string }>;
}) {
  const { team } = await params;
  const { from } = await searchParams;
  await memberOf(team);
  return <NewProject team={team} from={sources.find((source) => source === from) ?? 'git'} />;
}
