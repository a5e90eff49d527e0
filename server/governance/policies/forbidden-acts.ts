import { actActions, type ActAction } from '../../core/policy-question.ts';
import type { PolicyJson } from '../../platform/parsers/cedar.ts';

/** What agents do that any of these policies may forbid; nobody has to be asked about anything else. */
export function forbiddenActs(policies: readonly PolicyJson[]): ReadonlySet<ActAction> {
  return new Set(
    actActions.filter((act) => policies.some((policy) => policy.effect === 'forbid' && isAbout(policy, act))),
  );
}

/** A policy about any action is about these as well. */
const isAbout = ({ action }: PolicyJson, act: ActAction) => action.op === 'All' || namedBy(action).includes(act);

/** Whether a policy says something of what agents do, and of nothing else. */
export function isOnlyAboutActs({ action }: PolicyJson): boolean {
  const named = namedBy(action);
  return named.length > 0 && named.every((name) => actActions.some((act) => act === name));
}

function namedBy(action: PolicyJson['action']): string[] {
  if ('entities' in action) return action.entities.map(idOf);
  return 'entity' in action ? [idOf(action.entity)] : [];
}

type EntityJson = Extract<PolicyJson['action'], { op: 'in'; entities: unknown }>['entities'][number];

const idOf = (entity: EntityJson) => ('__entity' in entity ? entity.__entity.id : entity.id);
