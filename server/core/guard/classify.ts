import type { Interpreted, Unresolved } from './interpreted.ts';
import { interpret } from './interpret.ts';
import type { Rule, RuleContext, RuleMatch } from './rule.ts';
import { rules } from './rules/families.ts';
import type { ShellTree } from './shell-tree.ts';
import type { GuardFacts, Verdict } from './verdict.ts';

/** The guard's word on a command line: deny before ask before allow, by whatever rule is strictest. */
export function classifyCommand(tree: ShellTree, facts: GuardFacts): Verdict {
  return judge(interpret(tree, facts), facts);
}

/** The verdict on what a program does. */
export function judge(all: Interpreted, facts: GuardFacts): Verdict {
  const findings = [...all.hazards.map(ofHazard), ...all.unresolved.map(ofUnresolved), ...ofRules({ facts, all })];
  const strict = findings.filter(({ verdict }) => verdict === 'deny');
  const [first] = strict.length > 0 ? strict : findings;
  if (first === undefined) return { verdict: 'allow', rules: [], reason: 'Nothing in it is known to do harm.' };
  const ids = [...new Set([...strict, ...findings].map(({ rule }) => rule))];
  const { verdict, reason, saferWay } = first;
  return { verdict, rules: ids, reason, ...(saferWay !== undefined && { saferWay }) };
}

type Finding = { rule: string; verdict: 'ask' | 'deny'; reason: string; saferWay?: string | undefined };

const forAny = rules.filter(({ programs }) => programs === 'any');

/** Rules by the name of the program they look at; those that look at each program come last. */
const byProgram = new Map<string, readonly Rule[]>();
for (const rule of rules)
  if (rule.programs !== 'any')
    for (const name of rule.programs) byProgram.set(name, [...(byProgram.get(name) ?? []), rule]);
for (const [name, own] of byProgram) byProgram.set(name, [...own, ...forAny]);

function ofRules(context: RuleContext): Finding[] {
  const findings: Finding[] = [];
  for (const command of context.all.commands)
    for (const rule of byProgram.get(command.name) ?? forAny) {
      const match = rule.matches(command, context);
      if (match !== false) findings.push(foundBy(rule, match));
    }
  return findings;
}

function foundBy({ id, verdict, reason, saferWay }: Rule, match: true | RuleMatch): Finding {
  return { rule: id, verdict, reason, saferWay, ...(match === true ? {} : match) };
}

function ofHazard({ kind, what }: Interpreted['hazards'][number]): Finding {
  const saferWay = 'Start a fixed number of processes and wait for them.';
  return { rule: `resources.${kind}`, verdict: 'deny', reason: `${what}: the machine would stop answering.`, saferWay };
}

const safer: Record<Unresolved['kind'], string> = {
  program: 'Write the command out, with its values in place.',
  foreign: 'Download it into a file, read it, then run the file.',
  syntax: 'Write it in plain shell, one command at a time.',
  limit: 'Do it in several short commands.',
};

/** What nobody can follow is for a person to decide; what comes unseen from the network is not run at all. */
function ofUnresolved({ kind, what }: Unresolved): Finding {
  const verdict = kind === 'foreign' ? 'deny' : 'ask';
  return {
    rule: `shell.${kind === 'foreign' ? 'unseen-download' : `unknown-${kind}`}`,
    verdict,
    reason: `${what}.`,
    saferWay: safer[kind],
  };
}
