import { describe, expect, it } from 'vitest';
import type { PolicyCaller, PolicyModel, PolicyQuestion } from '../../core/policy-question.ts';
import type { TeamRole } from '../../core/permissions.ts';
import { sensitivities, type Sensitivity } from '../../core/sensitivity.ts';
import { checkPolicies } from './check-policies.ts';
import { factsOf } from './policy-request.ts';
import { askPolicySet, makePolicySet } from './policy-set.ts';
import { shippedPolicies, teamStart } from './shipped-policies.ts';

const source = { prefix: '', owner: 'this installation' };
const shipped = makePolicySet({ name: 'shipped', text: shippedPolicies, ...source });

const person = { id: 'per_ana', name: 'Ana', email: 'ana@example.com' };
const asker = (role: TeamRole, more: Partial<PolicyCaller> = {}): PolicyCaller => ({
  person,
  teamId: 'team_1',
  role,
  ...more,
});
const run = { key: { kind: 'run', id: 'run_1' }, run: { id: 'run_1', agent: 'codex' } } as const;
const token = { key: { kind: 'token', id: 'tok_1' } } as const;

const model = (place: 'local' | 'remote'): PolicyModel => ({
  alias: place === 'local' ? 'qwen' : 'claude',
  target: {
    modelId: `mod_${place}`,
    providerId: `prv_${place}`,
    providerName: place === 'local' ? 'Ollama' : 'Anthropic',
    place,
    upstreamModel: place,
    price: { input: 3_000_000, output: 15_000_000 },
  },
});

type Of = { sensitivity?: Sensitivity; isArchived?: boolean; isOutside?: boolean };

function ask(question: PolicyQuestion, { sensitivity = 'internal', isArchived = false, isOutside = false }: Of = {}) {
  const project = isOutside ? undefined : { id: 'prj_1', name: 'Ledger', sensitivity, isArchived };
  const { effect, rules } = askPolicySet(
    shipped,
    { question, facts: factsOf(question, new Date('2026-01-05T10:00:00Z')), project },
    source,
  );
  return [effect, rules.map(({ id }) => id).join(' ')];
}

describe('the shipped policies', () => {
  it('[PO1] are fit to publish, and so is what a team starts from', () => {
    expect(checkPolicies(shippedPolicies).problems).toEqual([]);
    expect(checkPolicies(teamStart).problems).toEqual([]);
  });

  it.each(['viewer', 'developer', 'lead', 'admin'] as const)(
    '[PO4][PO6] let a %s use models when a developer may',
    (role) => {
      const may = role === 'viewer' ? ['deny', 'nothing-permits'] : ['allow', 'developers-use-models'];
      for (const by of [{}, run, token])
        for (const place of ['local', 'remote'] as const)
          expect(ask({ action: 'useModel', caller: asker(role, by), model: model(place) })).toEqual(may);
    },
  );

  it.each(sensitivities)('[PO2][PO4] keep a project that is %s where it belongs', (sensitivity) => {
    const caller = asker('admin', run);
    const local = ask({ action: 'useModel', caller, model: model('local') }, { sensitivity });
    const remote = ask({ action: 'useModel', caller, model: model('remote') }, { sensitivity });
    expect(local[0]).toBe('allow');
    expect(remote).toEqual(
      sensitivity === 'restricted' ? ['deny', 'restricted-stays-local'] : ['allow', 'developers-use-models'],
    );
  });

  it('[PO4] let an archived project rest', () => {
    const question = { action: 'useModel', caller: asker('lead'), model: model('local') } as const;
    expect(ask(question, { isArchived: true })).toEqual(['deny', 'archived-projects-rest']);
  });

  it('[PO4] decide about a call outside of every project', () => {
    expect(
      ask({ action: 'useModel', caller: asker('developer', token), model: model('remote') }, { isOutside: true }),
    ).toEqual(['allow', 'developers-use-models']);
  });

  it.each([
    ['secret', 'remote', 'sendUnredacted', 'deny'],
    ['secret', 'remote', 'sendWithNotice', 'deny'],
    ['secret', 'remote', 'sendMasked', 'allow'],
    ['secret', 'local', 'sendUnredacted', 'deny'],
    ['secret', 'local', 'sendMasked', 'allow'],
    ['personal', 'remote', 'sendUnredacted', 'deny'],
    ['personal', 'remote', 'sendMasked', 'allow'],
    ['personal', 'local', 'sendUnredacted', 'allow'],
    ['customers', 'local', 'sendUnredacted', 'deny'],
    ['customers', 'local', 'sendMasked', 'allow'],
  ] as const)('[PO4][PO7] %s to a %s model: %s is %s', (dataClass, place, action, effect) => {
    expect(ask({ action, caller: asker('developer', run), model: model(place), dataClass })[0]).toBe(effect);
  });

  it.each([
    ['src/money.ts', 'allow'],
    ['.env', 'allow'],
    ['deploy/server.pem', 'deny'],
    ['keys/tls.key', 'deny'],
    ['keys/keyboard.ts', 'allow'],
    ['home/.ssh/id_rsa.pub', 'deny'],
  ])('[PO4] %s is for agents: %s', (path, effect) => {
    expect(ask({ action: 'usePath', caller: asker('developer', run), path })[0]).toBe(effect);
  });

  it('[PO4] let suggestions be taken whole and runs go on alone', () => {
    expect(ask({ action: 'applyWithoutReview', caller: asker('developer'), path: 'src/a.ts' })[0]).toBe('allow');
    expect(ask({ action: 'runUnattended', caller: asker('developer', run) })[0]).toBe('allow');
    expect(ask({ action: 'runUnattended', caller: asker('viewer', run) })).toEqual(['deny', 'nothing-permits']);
  });
});

describe('a policy', () => {
  const word = (text: string, question: PolicyQuestion) =>
    askPolicySet(
      makePolicySet({ name: 'one', text, ...source }),
      { question, facts: factsOf(question, new Date('2026-01-05T10:00:00Z')), project: undefined },
      source,
    );
  const permit = '@id("all") @title("All") permit (principal, action, resource);';
  const useModel = { action: 'useModel', caller: asker('lead', run), model: model('remote') } as const;

  it.each([
    ['a person', 'principal in Person::"per_ana"'],
    ['their team', 'principal in Team::"team_1"'],
    ['a lesser role', 'principal in Role::"viewer"'],
    ['the run', 'principal == Run::"run_1"'],
  ])('[PO6] about %s holds for the run that works for them', (_who, scope) => {
    const { effect, rules } = word(
      `${permit} @id("no") @title("No") @advice("Ask.") forbid (${scope}, action == Action::"useModel", resource);`,
      useModel,
    );
    expect({ effect, rules }).toEqual({ effect: 'deny', rules: [{ id: 'no', title: 'No', advice: 'Ask.' }] });
  });

  it.each([
    ['context.hour < 24 && context.weekday == "monday"', {}],
    ['context.spentCents >= 100', { spentMicroUsd: 1_000_000 }],
    ['context.spentCents == 1', { spentMicroUsd: 1 }],
    ['context.dataClasses.contains("secret")', { dataClasses: ['secret', 'personal'] }],
    ['context.client == "codex_cli"', { client: 'Codex_CLI/0.46.0 (Debian 13)' }],
    ['context.unattended', { isUnattended: true }],
    ['context.task == "run" && context.agent == "codex"', {}],
    ['resource has outputUsdPerMillion && resource.outputUsdPerMillion == 15', {}],
    ['context.project.sensitivity == "none"', {}],
  ])('[PO2] sees %s', (condition, circumstances) => {
    const text = `${permit} @id("no") @title("No") forbid (principal, action == Action::"useModel", resource) when { ${condition} };`;
    expect(word(text, { ...useModel, circumstances }).effect).toBe('deny');
    expect(word(text.replace(condition, `!(${condition})`), { ...useModel, circumstances }).effect).toBe('allow');
  });

  it('[PO5] that cannot be evaluated denies and is named', () => {
    const text = `${permit} @id("sum") @title("Sum") permit (principal, action == Action::"useModel", resource)
      when { context.spentCents + 9223372036854775807 > 0 };`;
    expect(word(text, useModel).effect).toBe('allow');
    const { effect, rules } = word(text, { ...useModel, circumstances: { spentMicroUsd: 10_000 } });
    expect(effect).toBe('deny');
    expect(rules).toMatchObject([
      { id: 'sum', title: 'Sum', advice: expect.stringContaining('could not be evaluated') as string },
    ]);
  });

  it('[PO5] that cannot be read denies everything', () => {
    expect(
      word('@id("a") @title("A") permit (principal, action, resource) when { context.gone };', useModel),
    ).toMatchObject({
      effect: 'deny',
      rules: [{ id: 'unreadable' }],
    });
  });
});
