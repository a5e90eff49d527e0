import type { PolicyJson } from '../../platform/parsers/cedar.ts';

/** Facts that differ between calls that are alike otherwise. An answer is kept by them only where a policy looks at them. */
export const varyingFacts = [
  'keyId',
  'task',
  'client',
  'unattended',
  'dataClasses',
  'spentCents',
  'hour',
  'weekday',
  'kind',
  'mode',
  'verdict',
  'rules',
  'families',
  'server',
  'tool',
] as const;
export type VaryingFact = (typeof varyingFacts)[number];

export const everyFact: ReadonlySet<VaryingFact> = new Set(varyingFacts);

/**
 * The varying facts that these policies look at; more than those when in doubt. Works on Cedar's JSON policy format, where
 * names are plain whatever the text escaped.
 */
export function factsRead(policies: readonly PolicyJson[]): ReadonlySet<VaryingFact> {
  const found = new Set<VaryingFact>();
  for (const policy of policies) collect(policy, found);
  return found;
}

function collect(node: unknown, found: Set<VaryingFact>): void {
  if (typeof node !== 'object' || node === null) return;
  for (const [name, value] of Object.entries(node)) {
    for (const fact of factsNamed(name, value)) found.add(fact);
    collect(attributeOfContext(name, value), found);
  }
}

/** What a member of the JSON looks at: an attribute, one run or token by its id, or the context as a whole. */
function factsNamed(name: string, value: unknown): readonly VaryingFact[] {
  if (name === 'attr')
    return varyingFacts.filter((fact) => (Array.isArray(value) ? value.includes(fact) : fact === value));
  if (name === 'type') return value === 'Run' || value === 'Token' ? ['keyId'] : [];
  return name === 'Var' && value === 'context' ? wholeContext : [];
}

const wholeContext = varyingFacts.filter((fact) => fact !== 'keyId');

/** `context.hour` and `context has hour` look at one attribute; a bare `context` looks at all of them. */
function attributeOfContext(name: string, value: unknown): unknown {
  if (name !== '.' && name !== 'has') return value;
  if (typeof value !== 'object' || value === null || !('left' in value)) return value;
  const { left, ...rest } = value;
  return isVariable(left, 'context') ? rest : value;
}

function isVariable(node: unknown, name: string): boolean {
  return typeof node === 'object' && node !== null && 'Var' in node && node.Var === name;
}
