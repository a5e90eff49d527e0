import type { ModelCaller, ModelTarget } from '../../core/model-call.ts';
import { db, schema } from '../../../db/client.ts';
import type { Budget } from '../../core/budget.ts';
import pg from 'pg';
import { newId } from '../../platform/ids.ts';
import { forgetBudgets } from '../budgets/known-budgets.ts';
import type { NewCall } from './opened-call.ts';

/** Calls and budgets for tests, made without the gateway and without the use cases of the budgets page. */

/** A priced target: a micro-USD for each token of input, two for each of output. */
export const aTarget: ModelTarget = {
  modelId: 'mdl_testing',
  providerId: 'prv_testing',
  kind: 'openai_compatible',
  providerName: 'Testing',
  place: 'remote',
  protocol: 'openai_chat',
  protocols: ['openai_chat'],
  upstreamModel: 'test-model',
  contextTokens: 100_000,
  capabilities: { tools: true, images: false, thinking: false, streaming: true },
  price: { input: 1_000_000, output: 2_000_000 },
};

export function aCaller(given: Partial<ModelCaller> & { teamId: string }): ModelCaller {
  return {
    key: { kind: 'token', id: 'tok_testing' },
    person: { id: 'per_testing', name: 'Ana', email: 'ana@example.com' },
    role: 'developer',
    ...given,
  };
}

/** Removes all records of calls, which only the owner of the database can. */
export async function forgetCalls(ownersUrl: string): Promise<void> {
  const client = new pg.Client({ connectionString: ownersUrl });
  await client.connect();
  try {
    await client.query('delete from model_call');
  } finally {
    await client.end();
  }
}

/** A call that may cost `mostMicroUsd` at most, all of it for input. */
export function aCall(caller: ModelCaller, mostMicroUsd = 1_000, given: Partial<NewCall> = {}): NewCall {
  return {
    caller,
    requestId: newId('req'),
    client: 'testing/1.0',
    protocol: 'openai_chat',
    alias: 'test',
    isStream: false,
    targets: [aTarget],
    bound: { inputTokens: mostMicroUsd, maxOutputTokens: 0 },
    policy: { effect: 'allow', rules: [{ id: 'pol_1', title: 'Everyone may use test' }] },
    findings: [],
    shape: { messages: 1, tools: [], hasImages: false, sizeBytes: 100 },
    ...given,
  };
}

/** A row of a budget. @returns its id */
export async function newBudget(given: Partial<Budget> & { limitMicroUsd: number }): Promise<string> {
  const id = newId('bud');
  await db()
    .insert(schema.budget)
    .values({
      id,
      teamId: null,
      scope: 'installation',
      subjectId: null,
      period: 'total',
      isHard: true,
      refusesUnpriced: false,
      createdBy: 'per_testing',
      ...given,
      warnPercents: [...(given.warnPercents ?? [80, 100])],
    });
  forgetBudgets();
  return id;
}
