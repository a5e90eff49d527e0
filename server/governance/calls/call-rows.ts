import { auditColumns } from '../../audit/in-statement.ts';
import { sealAudit } from '../../audit/append.ts';
import type { Actor } from '../../core/actor.ts';
import type { Drawn } from '../../core/budget.ts';
import { mostTokens } from '../../core/call-cost.ts';
import type { DenialCause } from '../../core/call-record.ts';
import type { ModelCaller } from '../../core/model-call.ts';
import type { NewCall } from './opened-call.ts';

export type DeniedAs = { cause: DenialCause; message: string; details?: Record<string, unknown> };

/** A call about to be written: what is decided of it so far. */
export type CallEntry = {
  id: string;
  call: NewCall;
  at: Date;
  nodeId: string;
  /** Null: the model has no price. */
  mostMicroUsd: number | null;
  /** Counters it is set aside from; none for a call that is denied. */
  drawn: readonly Drawn[];
  recordsShape: boolean;
  denied?: DeniedAs;
};

/** The caller as the audit log names them: a run's calls are the run's, which works for a person. */
function actorOf({ run, person }: ModelCaller): Actor {
  return run
    ? { kind: 'run', runId: run.id, agent: run.agent, personId: person.id }
    : { kind: 'person', personId: person.id, name: person.name, email: person.email };
}

/** The rows of a call, by the names of their columns: of `model_call` and of the audit log. */
export function rowsOf(entry: CallEntry): { call: Record<string, unknown>; audit: Record<string, unknown> } {
  const audit = auditOf(entry);
  return { call: { ...whoColumns(entry), ...whatColumns(entry), audit_entry_id: audit['id'] }, audit };
}

function whoColumns({ id, call, nodeId, at }: CallEntry) {
  const { caller } = call;
  return {
    id,
    team_id: caller.teamId,
    person_id: caller.person.id,
    project_id: caller.projectId ?? null,
    session_id: caller.sessionId ?? null,
    run_id: caller.run?.id ?? null,
    key_kind: caller.key.kind,
    key_id: caller.key.id,
    client: storable(call.client, 200),
    node_id: nodeId,
    request_id: call.requestId,
    started_at: at,
  };
}

function whatColumns(entry: CallEntry) {
  const { call, denied } = entry;
  return {
    protocol: call.protocol,
    alias: storable(call.alias, 200),
    is_stream: call.isStream,
    rules: rulesOf(call),
    findings: call.findings,
    budget_keys: keysOf(entry),
    shape: entry.recordsShape ? storableShape(call) : null,
    ...(denied ? deniedColumns(entry, denied) : startedColumns(entry)),
  };
}

function startedColumns({ call, mostMicroUsd }: CallEntry) {
  const [target] = call.targets;
  const tokens = target && mostTokens(call.bound, target);
  return {
    state: 'started',
    ...targetColumns(target),
    // Until the upstream tells, what it may be at most.
    input_tokens: tokens?.input ?? null,
    output_tokens: tokens?.output ?? null,
    is_estimate: true,
    is_priced: mostMicroUsd !== null,
    reserved_micro_usd: mostMicroUsd ?? 0,
  };
}

/** What went nowhere used nothing and cost nothing. */
function deniedColumns({ at }: CallEntry, { cause, message }: DeniedAs) {
  return {
    state: 'denied',
    denied_by: cause,
    error_message: storable(message, 2_000),
    is_estimate: false,
    is_priced: true,
    cost_micro_usd: 0,
    reserved_micro_usd: 0,
    latency_ms: 0,
    finished_at: at,
  };
}

export function targetColumns(target: NewCall['targets'][number] | undefined) {
  return {
    model_id: target?.modelId ?? null,
    provider_id: target?.providerId ?? null,
    provider_name: target?.providerName ?? null,
    upstream_model: target?.upstreamModel ?? null,
    place: target?.place ?? null,
  };
}

const keysOf = ({ drawn }: CallEntry) => drawn.map(({ key }) => key);
const rulesOf = ({ policy }: NewCall) => policy.rules.map(({ id, title }) => ({ id, title }));

function storableShape({ shape }: NewCall) {
  return { ...shape, tools: shape.tools.slice(0, 200).map((name) => storable(name, 100)) };
}

function auditOf(entry: CallEntry): Record<string, unknown> {
  const { call, at, denied, mostMicroUsd } = entry;
  const { caller } = call;
  const [target] = call.targets;
  const record = {
    teamId: caller.teamId,
    action: denied ? 'model_call.deny' : 'model_call.open',
    resource: { type: 'model_call', id: entry.id },
    detail: {
      alias: storable(call.alias, 200),
      client: storable(call.client, 200),
      protocol: call.protocol,
      personId: caller.person.id,
      key: { kind: caller.key.kind, id: caller.key.id },
      ...(caller.projectId !== undefined && { projectId: caller.projectId }),
      ...(caller.sessionId !== undefined && { sessionId: caller.sessionId }),
      ...(target && !denied && { provider: target.providerName, model: target.upstreamModel, place: target.place }),
      rules: rulesOf(call),
      findings: call.findings,
      ...(denied
        ? { deniedBy: denied.cause, why: storable(denied.message, 2_000) }
        : { mostMicroUsd, budgets: keysOf(entry) }),
    },
  };
  return auditColumns(sealAudit({ actor: actorOf(caller), at, requestId: call.requestId }, record));
}

/** What comes from outside, cut, and without what Postgres cannot hold. */
export function storable(text: string, most: number): string {
  return text.slice(0, most).toWellFormed().replaceAll('\u0000', '');
}
