import { hash } from 'node:crypto';
import type { Finding } from '../../core/dlp/finding.ts';
import { findIn } from '../../core/dlp/mask-place.ts';
import type { MaskedPlace } from '../../core/dlp/settle-values.ts';
import { singleton } from '../../platform/singleton.ts';
import { recentMap, type RecentMap } from '../recent-map.ts';
import type { DlpRules } from './rules.ts';
import { keyOf, type OpenScope } from './scope.ts';

/** A text of a request. */
export type RequestText = { role: string; text: string; isJson: boolean };

/** What is remembered of a text in a scope, under its hash: places and classes, never the text. */
export type SeenText = {
  findings: readonly Finding[];
  /** Classes of values that the scope knew and that stand in the text. */
  known: readonly string[];
  /** How many values the scope knew. */
  size: number;
  /** It goes as it is: the provider wrote and signed it. */
  isFixed: boolean;
  /** What is masked in it when all classes are but those of the rule. */
  masked: { rule: string; places: readonly MaskedPlace[] } | undefined;
};

type Holder = {
  /** By text and rules, for all scopes. */
  findings: RecentMap<readonly Finding[]>;
  /** By text, rules and scope. */
  texts: RecentMap<SeenText>;
  /** What models thought in a scope. */
  thoughts: RecentMap<true>;
};

const mostKept = 20_000;
const holder = () =>
  singleton<Holder>('dlp-seen-texts', () => ({
    findings: recentMap(mostKept),
    texts: recentMap(mostKept),
    thoughts: recentMap(mostKept),
  }));

const none: readonly Finding[] = [];

/** What is in a text, from memory when it was seen before in this scope and nothing was learned since. */
export function lookAt(given: RequestText, { rules, open }: { rules: DlpRules; open: OpenScope }): SeenText {
  const { text, isJson } = given;
  const digest = hash('sha256', text, 'base64');
  const key = `${rules.version}${isJson ? 'j' : 't'}${digest}`;
  const seen = holder().texts.get(open.key + key);
  if (seen?.size === open.vault.size) return seen;
  const looked = {
    ...(isThoughtOf(open, given.role, digest) ? fixed : readText(given, key, { rules, open })),
    size: open.vault.size,
  };
  holder().texts.set(open.key + key, looked);
  return looked;
}

const fixed = { findings: none, known: [], isFixed: true, masked: undefined };

function readText(given: RequestText, key: string, { rules, open }: { rules: DlpRules; open: OpenScope }) {
  const known = open.vault.knownIn(given.text, given.isJson).map(({ value }) => value.class);
  const findings = findingsOf(given, key, rules);
  return { findings, known: [...new Set(known)], isFixed: false, masked: undefined };
}

function findingsOf({ text, isJson }: RequestText, key: string, { scan }: DlpRules): readonly Finding[] {
  const known = holder().findings.get(key);
  if (known) return known;
  const found = findIn(text, isJson, scan);
  const findings = found.length === 0 ? none : found;
  holder().findings.set(key, findings);
  return findings;
}

const isThoughtOf = (open: OpenScope, role: string, digest: string) =>
  role === 'thinking' && holder().thoughts.get(keyOf(open.scope) + digest) === true;

/** What a provider signed goes back to it as it came; it knows all that is in it. */
export function rememberThought(open: OpenScope, text: string): void {
  if (text !== '') holder().thoughts.set(keyOf(open.scope) + hash('sha256', text, 'base64'), true);
}
