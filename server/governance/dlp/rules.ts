import { eq, isNull, or } from 'drizzle-orm';
import ignore from 'ignore';
import { db, schema } from '../../../db/client.ts';
import { withoutOverlaps, type Finding } from '../../core/dlp/finding.ts';
import { scanText } from '../../core/dlp/scan.ts';
import { findWords } from '../../core/dlp/words.ts';
import { log } from '../../platform/log.ts';
import { notifications } from '../../platform/notifications.ts';
import type { Notifications } from '../../platform/notify.ts';
import { compilePattern } from '../../platform/parsers/linear-pattern.ts';
import { seal, unseal } from '../../platform/secrets.ts';
import { singleton } from '../../platform/singleton.ts';
import { findKnownSecrets, forgetKnownSecrets } from './known-secrets.ts';

/** What is looked for in a team's texts, ready to use. */
export type DlpRules = {
  /** Another one whenever anything is found otherwise. */
  version: string;
  scan: (text: string) => readonly Finding[];
  excludesPaths: boolean;
  /** The rule by which files with this path are kept out. */
  excluding: (path: string) => string | undefined;
  /** Tools that get real values although they are not known to be harmless, in lower case. */
  trustedTools: ReadonlySet<string>;
};

export type RuleKind = 'words' | 'pattern' | 'paths' | 'tools';
export type RuleBody = { id: string; kind: RuleKind; name: string; class: string; lines: readonly string[] };

const purpose = 'dlp-rule';
export const sealRule = (lines: readonly string[]) => seal(purpose, lines.join('\n'));
export const unsealRule = (sealed: string) => unseal(purpose, sealed).split('\n');

type Held = { rules: RuleBody[]; compiled: Omit<DlpRules, 'version'>; version: number; loadedAt: number };
type Holder = { teams: Map<string, Promise<Held>>; heard: Notifications | undefined; versions: number };
const holder = () => singleton<Holder>('dlp-rules', () => ({ teams: new Map(), heard: undefined, versions: 0 }));

const freshMs = 10_000;

/** The rules of a team: what every installation looks for, the installation's own and the team's. */
export async function dlpRules(teamId: string): Promise<DlpRules> {
  const held = holder();
  await listen(held);
  const known = await (held.teams.get(teamId) ?? reload(held, teamId));
  if (performance.now() - known.loadedAt > freshMs) {
    known.loadedAt = performance.now();
    void reload(held, teamId).catch((error: unknown) =>
      log().warn({ err: error }, 'could not look at the rules of data protection'),
    );
  }
  const secrets = await findKnownSecrets(teamId);
  const { scan } = known.compiled;
  return {
    ...known.compiled,
    version: `${known.version}.${secrets.version}`,
    scan: (text) => withoutOverlaps([...secrets.find(text), ...scan(text)]),
  };
}

/** What is looked for everywhere: for trying a text without a team. */
export async function installationRules(): Promise<Omit<DlpRules, 'version'>> {
  const { dlpRule } = schema;
  return compileRules((await db().select().from(dlpRule).where(isNull(dlpRule.teamId))).map(ruleOf));
}

const ruleOf = ({ id, kind, name, class: dataClass, bodySealed }: typeof schema.dlpRule.$inferSelect): RuleBody => ({
  id,
  kind,
  name,
  class: dataClass,
  lines: unsealRule(bodySealed),
});

function reload(held: Holder, teamId: string): Promise<Held> {
  const loading = load(held, teamId, held.teams.get(teamId));
  // Until the new ones are there the old ones hold; the first time everyone waits.
  if (!held.teams.has(teamId)) held.teams.set(teamId, loading);
  loading.then(
    () => held.teams.set(teamId, loading),
    () => held.teams.delete(teamId),
  );
  return loading;
}

async function listen(held: Holder): Promise<void> {
  const current = await notifications();
  if (held.heard === current) return;
  held.heard = current;
  held.teams.clear();
  current.on('dlp_rules', (teamId) => (teamId === '' ? held.teams.clear() : held.teams.delete(teamId)));
  current.on('models_changed', forgetKnownSecrets);
  current.onReconnect(() => held.teams.clear());
}

async function load(held: Holder, teamId: string, before: Promise<Held> | undefined): Promise<Held> {
  const { dlpRule } = schema;
  const rows = await db()
    .select()
    .from(dlpRule)
    .where(or(eq(dlpRule.teamId, teamId), isNull(dlpRule.teamId)))
    .orderBy(dlpRule.id);
  const rules = rows.map(ruleOf);
  const old = await before;
  const same = old && JSON.stringify(old.rules) === JSON.stringify(rules);
  if (same) return { ...old, loadedAt: performance.now() };
  return { rules, compiled: compileRules(rules), version: ++held.versions, loadedAt: performance.now() };
}

/** @throws when a pattern cannot be read: what admins look for is looked for, or nothing leaves */
export function compileRules(rules: readonly RuleBody[]): Omit<DlpRules, 'version'> {
  const words = findWords(
    rules
      .filter(({ kind }) => kind === 'words')
      .map(({ name, class: dataClass, lines }) => ({ detector: name, class: dataClass, words: lines })),
  );
  const patterns = rules
    .filter(({ kind }) => kind === 'pattern')
    .flatMap((rule) => rule.lines.map((line) => ({ rule, pattern: compilePattern(line) })));
  const paths = rules
    .filter(({ kind }) => kind === 'paths')
    .map(({ name, lines }) => ({ name, globs: ignore().add([...lines]) }));
  const tools = rules.filter(({ kind }) => kind === 'tools').flatMap(({ lines }) => lines);
  return {
    scan: (text) => {
      const own = patterns.flatMap(({ rule, pattern }) =>
        pattern.findAll(text).map((place) => ({
          detector: rule.name,
          class: rule.class,
          severity: 'high' as const,
          ...place,
        })),
      );
      return withoutOverlaps([...words(text), ...own, ...scanText(text)]);
    },
    excludesPaths: paths.length > 0,
    excluding: (path) => paths.find(({ globs }) => isWithin(globs, path))?.name,
    trustedTools: new Set(tools.map((tool) => tool.toLowerCase())),
  };
}

/** Whether a path, or a part of it from some folder on, fits: where a project begins in a path from elsewhere nobody knows. */
function isWithin(globs: ReturnType<typeof ignore>, path: string): boolean {
  const parts = path
    .replaceAll('\\', '/')
    .split('/')
    .filter((part) => part !== '' && part !== '.' && part !== '..');
  return parts.some((_part, at) => globs.ignores(parts.slice(at).join('/')));
}
