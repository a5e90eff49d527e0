import { and, eq } from 'drizzle-orm';
import { db, schema } from '../../../db/client.ts';
import type { PolicyWord } from '../../core/model-call.ts';
import type { PolicyProject } from '../../core/policy-question.ts';
import { log } from '../../platform/log.ts';
import { notifications } from '../../platform/notifications.ts';
import { singleton } from '../../platform/singleton.ts';
import { recentMap, type RecentMap } from '../recent-map.ts';
import { makePolicySet, type PolicySet } from './policy-set.ts';
import { findPublished, publishedNumbers, scopeName, type PolicyScope } from './published.ts';
import { shippedPolicies } from './shipped-policies.ts';

/**
 * What deciding needs, in the memory of this process: the policies in force of the installation and of the teams that
 * asked, the projects that were asked about, and answers. A notification renews it; when one was lost, a look at the
 * numbers of the versions does, at most `staleAfterMs` later.
 */
type Memory = {
  /** By the scope's name; a team without policies of its own has `undefined` in its place. */
  sets: Map<string, Promise<KeptSet | undefined>>;
  projects: Map<string, Promise<PolicyProject | undefined>>;
  words: RecentMap<PolicyWord>;
  checkedAt: number;
  checking: Promise<void> | undefined;
  listening: Promise<void> | undefined;
};

type KeptSet = { number: number; set: PolicySet };

const staleAfterMs = 5_000;
/** After so long without a look (a process that slept, a database that was away) nothing is decided before one. */
const tooStaleAfterMs = 30_000;
const maxWords = 20_000;
const maxProjects = 5_000;

export const memory = (): Memory =>
  singleton<Memory>('policies', () => ({
    sets: new Map(),
    projects: new Map(),
    words: recentMap(maxWords),
    checkedAt: 0,
    checking: undefined,
    listening: undefined,
  }));

export const ownerOf = (scope: PolicyScope) =>
  scope === null ? { prefix: '', owner: 'this installation' } : { prefix: 'team:', owner: 'this team' };

async function loadSet(scope: PolicyScope): Promise<KeptSet | undefined> {
  const row = await findPublished(db(), scope);
  if (!row && scope !== null) return undefined;
  const number = row?.number ?? 0;
  const text = row?.text ?? shippedPolicies;
  // With the number in it: a load that was overtaken by a newer one must not change what the newer one keeps.
  return { number, set: makePolicySet({ name: `${scopeName(scope)} ${number}`, text, ...ownerOf(scope) }) };
}

/** The policies in force of a scope; undefined for a team that has none of its own. */
export async function policySetOf(scope: PolicyScope): Promise<PolicySet | undefined> {
  const { sets } = memory();
  const name = scopeName(scope);
  let loading = sets.get(name);
  if (!loading) {
    loading = loadSet(scope);
    sets.set(name, loading);
    loading.catch(() => sets.delete(name));
  }
  return (await loading)?.set;
}

async function loadProject(teamId: string, projectId: string): Promise<PolicyProject | undefined> {
  const { project } = schema;
  const [row] = await db()
    .select({ name: project.name, sensitivity: project.sensitivity, archivedAt: project.archivedAt })
    .from(project)
    .where(and(eq(project.id, projectId), eq(project.teamId, teamId)));
  return row && { id: projectId, name: row.name, sensitivity: row.sensitivity, isArchived: row.archivedAt !== null };
}

/** A project of the team as policies see it; undefined when the team has no such project. */
export function policyProjectOf(teamId: string, projectId: string): Promise<PolicyProject | undefined> {
  const { projects } = memory();
  const key = `${teamId} ${projectId}`;
  let loading = projects.get(key);
  if (!loading) {
    if (projects.size >= maxProjects) projects.clear();
    loading = loadProject(teamId, projectId);
    projects.set(key, loading);
    loading.catch(() => projects.delete(key));
  }
  return loading;
}

function forgetSet(name: string): void {
  const { sets, words } = memory();
  sets.delete(name);
  words.clear();
}

/** For a process that published itself: it decides by the new version at once, before its own notification arrives. */
export function forgetPolicies(scope: PolicyScope): void {
  forgetSet(scopeName(scope));
}

function forgetProject(projectId: string): void {
  const { projects } = memory();
  for (const key of projects.keys()) if (key.endsWith(` ${projectId}`)) projects.delete(key);
}

async function listen(): Promise<void> {
  const heard = await notifications();
  heard.on('policy', forgetSet);
  heard.on('project', forgetProject);
  heard.onReconnect(() => {
    memory().checkedAt = 0;
    memory().projects.clear();
  });
}

/** Compares what is kept with the numbers in force, and forgets what is older. */
async function check(): Promise<void> {
  const current = memory();
  const startedAt = Date.now();
  const numbers = await publishedNumbers(db());
  for (const [name, loading] of current.sets) {
    const kept = await loading;
    if ((kept?.number ?? 0) !== (numbers.get(name) ?? 0)) forgetSet(name);
  }
  current.projects.clear();
  current.checkedAt = startedAt;
}

/**
 * Sees to it that what is kept is not too old, mostly without waiting. Call it before deciding.
 * @throws when it is too old and the database does not answer
 */
export async function freshen(): Promise<void> {
  const current = memory();
  current.listening ??= listen().catch((error: unknown) => {
    current.listening = undefined;
    throw error;
  });
  const age = Date.now() - current.checkedAt;
  if (age < staleAfterMs) return;
  current.checking ??= Promise.all([current.listening, check()])
    .then(() => undefined)
    .finally(() => {
      current.checking = undefined;
    });
  if (age >= tooStaleAfterMs) return current.checking;
  current.checking.catch((error: unknown) => log().warn({ err: error }, 'could not look whether policies changed'));
}
