import { askBoth } from '../server/governance/policies/ask-both.ts';
import { memory } from '../server/governance/policies/policy-memory.ts';
import { factsOf } from '../server/governance/policies/policy-request.ts';
import { makePolicySet } from '../server/governance/policies/policy-set.ts';
import { shippedPolicies } from '../server/governance/policies/shipped-policies.ts';
import { decide } from '../server/governance/decide.ts';
import type { PolicyQuestion } from '../server/core/policy-question.ts';
import { percentile, type Bench, type Result } from './result.ts';

/** How long policies take to decide about a model call: asked for the first time, and asked again. */
export const bench: Bench = async ({ quick }) => {
  const times = quick ? 300 : 5_000;
  const team = Array.from({ length: 100 }, (_each, at) => teamRule(at)).join('\n');
  return [
    firstTime('policy, shipped rules, asked the first time', { team: undefined, times }),
    firstTime('policy, shipped rules and 100 of the team, asked the first time', { team, times }),
    await again('policy, shipped rules, asked again', { team: undefined, times }),
    await again('policy, shipped rules and 100 of the team, asked again', { team, times }),
  ];
};

const teamRule = (at: number) => `@id("rule-${at}") @title("Rule ${at}")
${at === 0 ? 'permit' : 'forbid'} (principal, action == Action::"useModel", resource)
${at === 0 ? '' : `when { resource.alias == "model-${at}" } when { ["open", "internal"].contains(context.project.sensitivity) }`};`;

const teamId = 'team_bench';
const question: PolicyQuestion = {
  action: 'useModel',
  caller: {
    key: { kind: 'run', id: 'run_bench' },
    run: { id: 'run_bench', agent: 'codex' },
    person: { id: 'per_bench', name: 'Ana', email: 'ana@example.com' },
    teamId,
    role: 'developer',
    projectId: 'prj_bench',
  },
  model: {
    alias: 'model-100',
    target: {
      modelId: 'mdl_bench',
      providerId: 'prv_bench',
      providerName: 'Somewhere',
      place: 'remote',
      upstreamModel: 'large',
      price: { input: 3_000_000, output: 15_000_000 },
    },
  },
  circumstances: { task: 'run', client: 'codex_cli/1.0', dataClasses: ['secret'] },
};
const project = { id: 'prj_bench', name: 'Ledger', sensitivity: 'internal', isArchived: false } as const;

const setsOf = (team: string | undefined) => ({
  installation: makePolicySet({ name: 'bench', text: shippedPolicies, prefix: '', owner: 'this installation' }),
  team:
    team === undefined
      ? undefined
      : makePolicySet({ name: 'bench team', text: team, prefix: 'team:', owner: 'this team' }),
});

type Given = { team: string | undefined; times: number };

function firstTime(name: string, { team, times }: Given): Result {
  const sets = setsOf(team);
  const spent: number[] = [];
  for (let at = 0; at < times; at++) {
    const start = performance.now();
    const { effect } = askBoth(sets, { question, facts: factsOf(question, new Date()), project });
    spent.push((performance.now() - start) * 1000);
    if (effect !== 'allow') throw new Error('the rules of this benchmark permit its question');
  }
  return inMicroseconds(name, spent);
}

/** What a process has in memory after it decided once; no database is asked. */
async function again(name: string, { team, times }: Given): Promise<Result> {
  const sets = setsOf(team);
  const kept = memory();
  kept.sets.set('installation', Promise.resolve({ number: 0, set: sets.installation }));
  kept.sets.set(teamId, Promise.resolve(sets.team && { number: 1, set: sets.team }));
  kept.projects.set(`${teamId} ${project.id}`, Promise.resolve(project));
  kept.listening = Promise.resolve();
  kept.checkedAt = Infinity;
  await decide(question);
  const spent: number[] = [];
  for (let at = 0; at < times; at++) {
    const start = performance.now();
    await decide(question);
    spent.push((performance.now() - start) * 1000);
  }
  return inMicroseconds(name, spent);
}

function inMicroseconds(name: string, spent: number[]): Result {
  const p50 = percentile(spent, 0.5);
  return { name, unit: 'µs', value: p50, p50, p95: percentile(spent, 0.95), p99: percentile(spent, 0.99) };
}
